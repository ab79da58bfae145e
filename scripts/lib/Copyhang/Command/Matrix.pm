# SPDX-License-Identifier: GPL-2.0-only
#
# The command matrix: its options.
package Copyhang::Command::Matrix;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();

sub main ($class, @kernels) {
    my @own    = qw(only=s@ modules=s baseline=s write-baseline=s exec=s@ carry=s@ cpus=s append=s);
    my @common = (@Copyhang::Command::REPORT, @Copyhang::Command::PROGRAM);
    my $option = $class->options(\@kernels, @own, @common);
    $class->check_exec($option);
    Copyhang::Paths->prepare($option->{'no-install'}, 'matrix');
    require Copyhang::Matrix;
    return Copyhang::Matrix->new($option, @kernels)->main;
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
