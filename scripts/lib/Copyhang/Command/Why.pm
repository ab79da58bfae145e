# SPDX-License-Identifier: GPL-2.0-only
#
# The command why: its options. It needs nothing that is built, and no package but perl's own.
package Copyhang::Command::Why;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Failure qw(bad_input);

sub main ($class, @arguments) {
    my $option = $class->options(\@arguments, 'json=s', 'verbose');
    my $pid    = shift @arguments;
    $class->no_more(\@arguments, 'why explains one process, or all that hang');
    bad_input("'$pid' is no process number; see 'copyhang why --help'")
        if defined $pid && $pid !~ /\A[1-9]\d{0,9}\z/;
    require Copyhang::Why;
    return Copyhang::Why->new($option, $pid)->main;
}

1;
