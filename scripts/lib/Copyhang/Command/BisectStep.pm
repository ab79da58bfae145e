# SPDX-License-Identifier: GPL-2.0-only
#
# The command `bisect-step`: its options.
package Copyhang::Command::BisectStep;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();

# `git bisect run` takes 2 for bad, and this for its end.
my $GIVE_UP = 255;

sub main ($class, @arguments) {
    my $status = Copyhang::Failure->status_of(sub { $class->_main(@arguments) });
    return $status == 2 ? $GIVE_UP : $status;
}

sub _main ($class, @arguments) {
    my $option = $class->options(
        \@arguments,     'case=s',     'kernel=s', 'tree=s',
        'build=s',       'arch=s',     'config=s', 'good-verdict=s',
        'bad-verdict=s', 'any-change', 'repeat=s', 'json=s',
        'no-install',
    );
    $class->no_more(\@arguments, 'a step takes options alone');
    bad_input("--case is missing; see 'copyhang bisect-step --help'") if !defined $option->{case};
    bad_input("--repeat wants a number from 1 to 99, not '$option->{repeat}'")
        if defined $option->{repeat} && $option->{repeat} !~ /\A[1-9]\d?\z/;
    if (defined $option->{kernel}) {
        my ($other) = grep { defined $option->{$_} } qw(tree build arch config);
        bad_input("--kernel and --$other exclude each other") if defined $other;
    }
    Copyhang::Paths->prepare($option->{'no-install'},
        defined $option->{kernel} ? 'matrix' : 'bisect');
    require Copyhang::Bisect::Single;
    return Copyhang::Bisect::Single->main($option);
}

1;
