# SPDX-License-Identifier: GPL-2.0-only
#
# The collection as a folder for the kernel's tools/testing/selftests.
package Copyhang::Export::Kselftest;

use v5.36;
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();

my $SELFTESTS = 'tools/testing/selftests';
my @FILES     = qw(config settings);         # as the kernel's make and runner want them

sub summary ($class) { return 'the collection as a folder of the kernel\'s selftests' }
sub options ($class) { return qw(into=s) }
sub purpose ($class) { return 'run' }

sub export ($class, $option, @arguments) {
    Copyhang::Command->no_more(\@arguments, 'a kernel tree goes with --into');
    my $folder = _folder($option->{into});
    mkdir $folder or $!{EEXIST} or bad_input("cannot make $folder: $!");
    my $programs = Copyhang::Paths->programs;
    for my $name (@FILES, 'copyhang-cases') {
        require File::Copy;
        File::Copy::cp("$programs/$name", "$folder/$name")
            or bad_input("cannot write $folder/$name: $!");
    }
    print "$folder\n";
    return 0;
}

sub _folder ($tree) {
    return 'copyhang' if !defined $tree;
    bad_input("$tree is no kernel tree: it has no $SELFTESTS/lib.mk")
        if !-e "$tree/$SELFTESTS/lib.mk";
    return "$tree/$SELFTESTS/copyhang";
}

1;
