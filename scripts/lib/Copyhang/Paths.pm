# SPDX-License-Identifier: GPL-2.0-only
#
# Where the case programs are, and what has to be made ready first.
#
# prepare installs what is missing and builds what is stale, through scripts/setup of a checkout; it
# does nothing when installed or when COPYHANG_PROGRAMS names other programs, and ends the program
# with the status of a set-up that failed. programs returns the folder of the case programs.
# checkout returns the top of the checkout, undef when installed. fixture($name) is the path of a
# file of plain data, default_kernels the names in fixtures/kernels, kernels_in($path) those in any
# such file. Loads perl-base modules only.
package Copyhang::Paths;

use v5.36;
use Copyhang::Failure qw(bad_input untestable);
use Cwd               ();

# lib/, of scripts/ in a checkout, of PREFIX/share/copyhang/ when installed.
my ($LIB) = Cwd::abs_path(__FILE__) =~ m{(.*)/Copyhang/};

sub checkout ($class) {
    my ($root) = $LIB =~ m{(.*)/scripts/lib\z};
    return defined $root && -e "$root/CMakeLists.txt" ? $root : undef;
}

sub programs ($class) {
    my $root   = $class->checkout;
    my $built  = defined $root ? $ENV{COPYHANG_BUILD} // "$root/build" : undef;
    my $folder = $ENV{COPYHANG_PROGRAMS}
        // (defined $built ? "$built/kselftest/copyhang" : "$LIB/../../../libexec/copyhang");
    return $folder if -x "$folder/copyhang-cases";
    my $problem = "no case programs: there is no copyhang-cases in $folder";
    bad_input("$problem (COPYHANG_PROGRAMS names it)") if defined $ENV{COPYHANG_PROGRAMS};
    untestable($problem);
}

# What is plain data: fixtures/ of the checkout, and its copy when installed.
sub fixture ($class, $name) {
    my $root = $class->checkout;
    return defined $root ? "$root/fixtures/$name" : "$LIB/../fixtures/$name";
}

# The names of the kernels to test when none are given.
sub default_kernels ($class) {
    return $class->kernels_in($class->fixture('kernels'));
}

# One a line; # begins a comment.
sub kernels_in ($class, $path) {
    open my $in, '<', $path or bad_input("cannot read $path: $!");
    return grep { length } map { s/#.*//r =~ s/\s+//gr } <$in>;
}

# For a purpose as scripts/setup has them.
sub prepare ($class, $no_install, $purpose = 'run') {
    my $root = $class->checkout;
    return if !defined $root || defined $ENV{COPYHANG_PROGRAMS};
    my $pid = fork // untestable("cannot fork: $!");
    if (!$pid) {

        # What is installed and built is no part of a command's output.
        open STDOUT, '>&', \*STDERR or die "cannot redirect: $!\n";
        exec "$root/scripts/setup", $purpose, $no_install ? '--no-install' : ()
            or print {*STDERR} "$Copyhang::Failure::Who: cannot run scripts/setup: $!\n";
        require POSIX;
        POSIX::_exit(125);
    }
    waitpid $pid, 0;
    return if $? == 0;
    Copyhang::Failure->quit($? & 127 ? 128 + ($? & 127) : $? >> 8);
    return;
}

1;
