# SPDX-License-Identifier: GPL-2.0-only
#
# The command `bisect-step`: its options.
package Copyhang::Command::BisectStep;

use v5.36;
use parent 'Copyhang::Command::Bisect';
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();

# `git bisect run` takes 2 for bad, and this for its end.
my $GIVE_UP = 255;

sub main ($class, @arguments) {
    my $status = Copyhang::Failure->status_of(sub { $class->_main(@arguments) });
    return $status == 2 ? $GIVE_UP : $status;
}

sub _main ($class, @arguments) {
    my $option = $class->step_options(\@arguments, ['case'], qw(kernel=s tree=s build=s));
    $class->no_more(\@arguments, 'a step takes options alone');
    my $has_kernel = defined $option->{kernel};
    my ($other) = grep { defined $option->{$_} } qw(tree build arch config);
    bad_input("--kernel and --$other exclude each other") if $has_kernel && defined $other;
    Copyhang::Paths->prepare($option->{'no-install'}, $has_kernel ? 'matrix' : 'bisect');
    require Copyhang::Bisect::Single;
    return Copyhang::Bisect::Single->main($option);
}

1;
