# SPDX-License-Identifier: GPL-2.0-only
#
# The command run: its options.
package Copyhang::Command::Run;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Paths ();

sub main ($class, @arguments) {
    my $option = $class->options(
        \@arguments,        'only=s@', 'jobs=s',  'baseline=s',
        'write-baseline=s', 'json=s',  'junit=s', 'html=s',
        'archive=s',        'verbose', 'no-install',
    );
    $class->no_more(\@arguments, 'cases are chosen with --only GLOB');
    $class->check_values($option);
    Copyhang::Paths->prepare($option->{'no-install'});
    require Copyhang::Run;
    return Copyhang::Run->new($option)->main;
}

1;
