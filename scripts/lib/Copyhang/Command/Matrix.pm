# SPDX-License-Identifier: GPL-2.0-only
#
# The command matrix: its options.
package Copyhang::Command::Matrix;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();

sub main ($class, @kernels) {
    my @own =
        qw(only=s@ each modules=s baseline=s write-baseline=s exec=s@ package=s@ carry=s@ cpus=s append=s arch=s@ engine=s
        state=s url=s token-file=s device-type=s files-url=s);
    my @common = (@Copyhang::Command::REPORT, @Copyhang::Command::PROGRAM);
    my $option = $class->options(\@kernels, @own, @common);

    # Each way to choose cases has options of its own.
    my @others = $option->{exec} ? qw(only each) : qw(source sink act reverse package carry);
    my ($misplaced) = grep { defined $option->{$_} } @others;
    bad_input("--$misplaced is for programs under test: it goes with --exec")
        if defined $misplaced && !$option->{exec};
    bad_input(
              "--$misplaced is for the cases of the tables: with --exec there are --source, --sink,"
            . ' --act and --reverse')
        if defined $misplaced;

    bad_input(
        '--arch is for the list of kernels: one that is named has its own, as debian:6.1/arm64')
        if $option->{arch} && @kernels;

    bad_input('--exec is not for --engine: jobs play the cases of the tables')
        if $option->{exec} && defined $option->{engine};
    my ($engines) =
        grep { defined $option->{$_} } qw(state url token-file device-type files-url);
    bad_input("--$engines goes with --engine") if defined $engines && !defined $option->{engine};
    my $needs = defined $option->{engine} ? 'lava' : 'matrix';
    $class->prepare($option, $needs, @kernels);
    require Copyhang::Matrix;
    return Copyhang::Matrix->new($option, @kernels)->main;
}

1;
