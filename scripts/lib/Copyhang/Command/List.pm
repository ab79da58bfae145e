# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Command::List;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

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

__END__

=head1 NAME

copyhang list - print the ids of the cases

=head1 SYNOPSIS

    copyhang list [--only GLOB]... [--no-install]

=head1 OPTIONS

=over

=item --only GLOB

Only the cases whose id matches GLOB (C<*> matches C</> too). May be repeated: a case that matches
any of them is listed.

=item --no-install

Do not install missing packages: say which they are, exit 2.

=back

=head1 DESCRIPTION

Prints one id a line, C<act/strategy/source-sink>, in the order in which they run. Every
combination that makes sense is a case; what is not listed makes no sense.

=cut
