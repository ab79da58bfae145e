# SPDX-License-Identifier: GPL-2.0-only
#
# The command `bisect`: its options.
package Copyhang::Command::Bisect;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();

sub main ($class, @arguments) {
    my $option = $class->options(
        \@arguments,      'case=s',        'good=s',     'bad=s',
        'good-verdict=s', 'bad-verdict=s', 'any-change', 'repeat=s',
        'kernels=s',      'git=s',         'config=s',   'arch=s',
        'resume',         'log',           'json=s',     'no-install',
    );
    for my $name (grep { !defined $option->{$_} } qw(case good bad)) {
        bad_input("--$name is missing; see 'copyhang bisect --help'");
    }
    bad_input("--repeat wants a number from 1 to 99, not '$option->{repeat}'")
        if defined $option->{repeat} && $option->{repeat} !~ /\A[1-9]\d?\z/;
    my $kind = defined $option->{git} ? 'Commits' : 'Kernels';
    if ($kind eq 'Kernels') {
        $class->no_more(\@arguments, 'paths go with --git');
        my ($other) = grep { defined $option->{$_} } qw(arch config);
        bad_input("--$other goes with --git") if defined $other;
    }
    elsif (defined $option->{kernels}) { bad_input('--kernels and --git exclude each other') }
    Copyhang::Paths->prepare($option->{'no-install'}, $kind eq 'Commits' ? 'bisect' : 'matrix');
    require Copyhang::Bisect;
    return Copyhang::Bisect->new($kind, $option, @arguments)->main;
}

1;
