# SPDX-License-Identifier: GPL-2.0-only
#
# The command matrix: its options.
package Copyhang::Command::Matrix;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();

my $CPUS_MAX = 64;

sub main ($class, @kernels) {
    my $option = $class->options(
        \@kernels,          'only=s@',   'jobs=s',    'modules=s',
        'baseline=s',       'json=s',    'junit=s',   'html=s',
        'write-baseline=s', 'verbose',   'archive=s', 'no-install',
        'exec=s@',          'source=s@', 'sink=s@',   'act=s@',
        'reverse',          'carry=s@',  'cpus=s',    'append=s',
    );
    $class->check_values($option);
    $class->check_exec($option);
    $class->check_guest($option);
    Copyhang::Paths->prepare($option->{'no-install'}, 'matrix');
    require Copyhang::Matrix;
    return Copyhang::Matrix->new($option, @kernels)->main;
}

sub check_guest ($class, $option) {
    my ($cpus, $append) = @{$option}{qw(cpus append)};
    bad_input("--cpus wants a number from 1 to $CPUS_MAX, not '$cpus'")
        if defined $cpus && !($cpus =~ /\A[1-9]\d{0,2}\z/ && $cpus <= $CPUS_MAX);
    bad_input("--append wants words for a kernel's command line, not '$append'")
        if defined $append && $append !~ /\A[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*\z/;
    return;
}

# Each way to choose cases has options of its own.
sub check_exec ($class, $option) {
    my ($misplaced) =
        grep { defined $option->{$_} } $option->{exec} ? 'only' : qw(source sink act reverse carry);
    return if !defined $misplaced;
    bad_input(
        '--only chooses among the cases of the tables: with --exec there are --source, --sink,'
            . ' --act and --reverse')
        if $option->{exec};
    bad_input("--$misplaced is for programs under test: it goes with --exec");
}

1;
