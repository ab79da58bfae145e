# SPDX-License-Identifier: GPL-2.0-only
#
# Where the case programs and other files are, what is in them, and what has to be made ready first.
# Loads perl-base modules only.
package Copyhang::Paths;

use v5.36;
use Copyhang::Failure qw(bad_input untestable);
use Copyhang::Process ();
use Cwd               ();

# lib/, of scripts/ in a checkout, of PREFIX/share/copyhang/ when installed.
my ($LIB) = Cwd::abs_path(__FILE__) =~ m{(.*)/Copyhang/};

# The top of the checkout, undef when installed.
sub checkout ($class) {
    my ($root) = $LIB =~ m{(.*)/scripts/lib\z};
    return defined $root && -e "$root/CMakeLists.txt" ? $root : undef;
}

# The folder of the case programs.
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

# The one that has all cases.
sub cases ($class) { return $class->programs . '/copyhang-cases' }

# What is plain data: fixtures/ of the checkout, and its copy when installed.
sub fixture ($class, $name) {
    my $root = $class->checkout;
    return defined $root ? "$root/fixtures/$name" : "$LIB/../fixtures/$name";
}

# The names of the kernels to test when none are given.
sub default_kernels ($class) { return $class->names_in($class->fixture('kernels')) }

# One a line; # begins a comment.
sub names_in ($class, $path) {
    return grep { length } map { s/#.*//r =~ s/\s+//gr } $class->lines($path);
}

# What is in a file; undef, and $! says why, if it cannot be read.
sub contents ($class, $path) {
    open my $in, '<:raw', $path or return;
    local $/ = undef;
    return scalar <$in>;
}

# The same in lines, of one that has to be there.
sub lines ($class, $path) {
    return split /^/, $class->contents($path) // bad_input("cannot read $path: $!");
}

# Installs what is missing and builds what is stale, for a purpose of scripts/setup, and ends this
# program where that fails. Nothing to do when installed, or with other programs.
sub prepare ($class, $no_install, $purpose = 'run') {
    my $root = $class->checkout;
    return if !defined $root || defined $ENV{COPYHANG_PROGRAMS};
    my $status = Copyhang::Process->foreground(

        # What is installed and built is no part of a command's output.
        sub { open STDOUT, '>&', \*STDERR or untestable("cannot redirect: $!") },
        "$root/scripts/setup", $purpose, $no_install ? '--no-install' : ()
    );
    Copyhang::Failure->end_as($status) if $status;
    return;
}

1;
