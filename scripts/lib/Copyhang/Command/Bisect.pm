# SPDX-License-Identifier: GPL-2.0-only
#
# The command `bisect`: its options, and those that `bisect-step` has, too.
package Copyhang::Command::Bisect;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Failure qw(bad_input);

# How a kernel is made and looked at, and what its verdict means.
my @STEP = qw(case=s good-verdict=s bad-verdict=s any-change repeat=s config=s arch=s json=s);

sub main ($class, @arguments) {
    my @own    = qw(good=s bad=s kernels=s git=s resume log);
    my $option = $class->step_options(\@arguments, [qw(case good bad)], @own);
    my ($kind, $purpose) = defined $option->{git} ? qw(Commits bisect) : qw(Kernels matrix);
    if ($kind eq 'Kernels') {
        $class->no_more(\@arguments, 'paths go with --git');
        my ($other) = grep { defined $option->{$_} } qw(arch config);
        bad_input("--$other goes with --git") if defined $other;
    }
    elsif (defined $option->{kernels}) { bad_input('--kernels and --git exclude each other') }
    $class->prepare($option, $purpose, grep { defined } @{$option}{qw(good bad)});
    require Copyhang::Bisect;
    return Copyhang::Bisect->new($kind, $option, @arguments)->main;
}

# All of them, of which those in @$needed have to be there.
sub step_options ($class, $arguments, $needed, @own) {
    my $option = $class->options($arguments, @STEP, 'no-install', @own);
    for my $name (grep { !defined $option->{$_} } @{$needed}) {
        bad_input("--$name is missing; see '$Copyhang::Failure::Who --help'");
    }
    return $option;
}

1;
