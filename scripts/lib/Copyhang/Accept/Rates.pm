# SPDX-License-Identifier: GPL-2.0-only
#
# How many bytes each strategy copies in a second, as what guests are given to do: "cases" of
# copyhang-exec --rates, with bytes_per_s= as their evidence. A load as Copyhang::Guest::Payload.
package Copyhang::Accept::Rates;

use v5.36;
use Copyhang::Failure            qw(bad_input);
use Copyhang::Guest::Initramfs   ();
use Copyhang::Guest::Programs    ();
use Copyhang::Selection::Program ();
use Copyhang::Tool               ();
use File::Copy                   ();
use File::Temp                   ();

my $OURS   = 'copyhang';        # a folder of the guest's, as in fixtures/guest/init.c
my $PLAYER = 'copyhang-exec';

sub new ($class) {
    my $here = Copyhang::Selection::Program->player;
    my @ids  = Copyhang::Tool->run('list what is measured', [$here, '--rates', '--list']);
    return bless {ids => \@ids}, $class;
}

# For guests of an architecture, whose programs have been prepared.
sub archives ($self, $architecture) {
    return $self->{archive}{$architecture} //= _archive($architecture);
}

sub _archive ($architecture) {
    my $root = File::Temp->newdir;
    my $from = Copyhang::Guest::Programs->folder($architecture) . "/$PLAYER";
    mkdir "$root/$OURS";
    File::Copy::cp($from, "$root/$OURS/$PLAYER") or bad_input("cannot copy $from: $!");
    my $archive = File::Temp->new;
    Copyhang::Guest::Initramfs->archive("$root", $archive);
    return $archive;
}

sub ids         ($self) { return @{$self->{ids}} }
sub program     ($self) { return ("/$OURS/$PLAYER", '--rates') }
sub environment ($self) { return }

1;
