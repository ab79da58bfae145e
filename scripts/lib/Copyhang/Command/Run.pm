# SPDX-License-Identifier: GPL-2.0-only
#
# The command run: its options.
package Copyhang::Command::Run;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Paths ();

sub main ($class, @arguments) {
    my @own    = qw(only=s@ each baseline=s write-baseline=s);
    my $option = $class->options(\@arguments, @own, @Copyhang::Command::REPORT);
    $class->no_more(\@arguments, 'cases are chosen with --only GLOB');
    Copyhang::Paths->prepare($option->{'no-install'});
    require Copyhang::Run;
    return Copyhang::Run->new($option)->main;
}

1;
