# SPDX-License-Identifier: GPL-2.0-only
#
# The command explain: its options.
package Copyhang::Command::Explain;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();

sub main ($class, @arguments) {
    my $option = $class->options(\@arguments, 'no-install');
    my $name   = shift @arguments // bad_input("no name given; see 'copyhang explain --help'");
    $class->no_more(\@arguments, 'explain takes one name at a time');
    Copyhang::Paths->prepare($option->{'no-install'});
    require Copyhang::Explain;
    print Copyhang::Explain->new->text($name);
    return 0;
}

1;
