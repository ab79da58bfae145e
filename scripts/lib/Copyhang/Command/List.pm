# SPDX-License-Identifier: GPL-2.0-only
#
# The command list: its options.
package Copyhang::Command::List;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Paths ();

sub main ($class, @arguments) {
    my $option = $class->options(\@arguments, 'only=s@', 'no-install');
    $class->no_more(\@arguments, 'cases are chosen with --only GLOB');
    Copyhang::Paths->prepare($option->{'no-install'});
    require Copyhang::Selection;
    my $selection = Copyhang::Selection->new(@{$option->{only} // []});
    print map { "$_\n" } $selection->ids;
    return 0;
}

1;
