# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Bisect::Kernels;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Failure qw(bad_input);
use Copyhang::Kernel  ();
use Copyhang::Place   ();
use List::Util        qw(first);

# The kernels from the good to the bad one, in the order of their versions. $option: good, bad,
# kernels, as of the command line.
sub between ($class, $option) {
    my @ends = map { Copyhang::Kernel->find($option->{$_}) } qw(good bad);
    my @list = defined $option->{kernels} ? _listed($option->{kernels}) : _offered(@ends);
    my %seen;
    my @kernels =
        Copyhang::Kernel->sorted(grep { !$seen{$_->identity}++ } @list, @ends);
    my ($good, $bad) = map {
        my $end = $_;
        first { $kernels[$_]->identity eq $end->identity } 0 .. $#kernels
    } @ends;
    bad_input("$option->{good} and $option->{bad} are the same kernel") if $good == $bad;
    bad_input("$option->{good} is newer than $option->{bad}: good is the older end, also where"
            . ' something was fixed (--good-verdict says which verdicts it has)')
        if $good > $bad;
    return @kernels[$good .. $bad];
}

sub _listed ($path) {
    return _in_folder($path)                             if -d $path;
    bad_input("--kernels $path: no such file or folder") if !-e $path;
    bad_input("--kernels $path: not a list of kernels")  if !-T $path;
    return map { Copyhang::Kernel->find($_) } Copyhang::Place->kernels_in($path);
}

# There may be other files, too, as in /boot.
sub _in_folder ($folder) {
    my @kernels = grep { defined } map {
        eval { Copyhang::Kernel->find($_) }
    } glob "\Q$folder\E/*";
    return @kernels if @kernels;
    bad_input("--kernels $folder: no kernel in this folder");
}

sub _offered ($good, $bad) {
    bad_input('--kernels is needed where the ends are not kernels of Debian, as debian:6.1 is')
        if grep { !$_->can('flavour') } $good, $bad;
    my @flavours = map { $_->flavour } $good, $bad;
    bad_input("the ends are of two flavours, $flavours[0] and $flavours[1]")
        if $flavours[0] ne $flavours[1];
    return grep { $_->flavour eq $flavours[0] } (ref $good)->all;
}

1;

__END__

=head1 NAME

Copyhang::Bisect::Kernels - the kernels among which the first bad one is looked for

=head1 DESCRIPTION

C<between(\%option)> looks up the kernels C<good> and C<bad>, and what is between them in the order
of the versions: of the kernels that C<kernels> names, a file with one a line or a folder; without,
of all that Debian offers of the same flavour. Nothing is fetched. What cannot be a range is bad
input.

=cut
