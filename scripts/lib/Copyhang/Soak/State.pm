# SPDX-License-Identifier: GPL-2.0-only
#
# What a soak has seen so far, in a folder.
#
# soak.json has the sums; first.jsonl a line for each case, with its first verdict, evidence,
# surroundings and run; differing.jsonl a line for each verdict that is not the first one, with
# both. A run counts as soon as it is in soak.json: what an interrupted one has written elsewhere is
# dropped when the folder is opened again.
package Copyhang::Soak::State;

use v5.36;
use Copyhang::Failure qw(bad_input);
use Copyhang::Lock    ();
use Copyhang::Output  ();
use Cpanel::JSON::XS  ();
use File::Path        qw(make_path);

my $SCHEMA = 1;
my $JSON   = Cpanel::JSON::XS->new->canonical->ascii;
my %EMPTY  = (schema => $SCHEMA, map { $_ => 0 } qw(runs verdicts unavailable seconds));

# A folder, new or of an earlier soak of the same $subject, a text.
sub open ($class, $folder, $subject) {    ## no critic (ProhibitBuiltinHomonyms)
    my $self = bless {folder => $folder, first => {}, differing => []}, $class;
    make_path($folder, {error => \my $errors});
    bad_input('--state: cannot make ' . join ': ', %{$errors->[0]}) if @{$errors};
    $self->{lock} = Copyhang::Lock->take("$folder/lock", 0)
        // bad_input("--state: another soak is at work in $folder");
    my $sum = {%EMPTY, subject => $subject, surroundings => {}, troubles => []};
    if (-e "$folder/soak.json") {
        my ($line) = $self->_lines('soak.json');
        $sum = eval { $JSON->decode($line // q{}) };
        bad_input("--state: $folder/soak.json is none of this program's")
            if ref $sum ne 'HASH' || ($sum->{schema} // 0) != $SCHEMA;
    }
    bad_input("--state: $folder is of another soak: $sum->{subject}")
        if $sum->{subject} ne $subject;
    $self->{sum}       = $sum;
    $self->{first}     = {map { $_->{case}{id} => $_ } $self->_entries('first')};
    $self->{differing} = [$self->_entries('differing')];
    return $self;
}

sub _lines ($self, $name) {
    CORE::open my $in, '<:raw', "$self->{folder}/$name" or return;
    return <$in>;
}

# What a run that was not counted has left there goes.
sub _entries ($self, $name) {
    my @lines = $self->_lines("$name.jsonl");
    my $entry = sub ($line) {
        scalar eval { $JSON->decode($line) }
    };
    my %entry = map  { $_ => $entry->($_) } @lines;
    my @kept  = grep { $entry{$_} && $entry{$_}{run} <= $self->{sum}{runs} } @lines;
    $self->_write("$name.jsonl", @kept) if @kept != @lines;
    return @entry{@kept};
}

sub _write ($self, $name, @lines) {
    return Copyhang::Output->new("$self->{folder}/$name")->write(join q{}, @lines);
}

# Takes what a run in some surroundings, a text, has brought (see Copyhang::Soak::Player). Of each
# case the first verdict is what it is measured by; that it is unavailable in these surroundings is
# no verdict.
sub take ($self, $surroundings, $result, $seconds) {
    my $sum = $self->{sum};
    my $run = $sum->{runs} + 1;
    my %new = (first => [], differing => []);
    for my $case (@{$result->{cases}}) {
        if ($case->{verdict} eq 'unavailable') { $sum->{unavailable}++; next }
        $sum->{verdicts}++;
        my $entry = {run => $run, surroundings => $surroundings, case => $case};
        my $first = $self->{first}{$case->{id}};
        if    (!$first) { push @{$new{first}}, $self->{first}{$case->{id}} = $entry }
        elsif ($first->{case}{verdict} ne $case->{verdict}) {
            push @{$new{differing}}, {run => $run, first => $first, then => $entry};
        }
    }
    push @{$self->{differing}}, @{$new{differing}};
    $self->_append("$_.jsonl", @{$new{$_}}) for qw(first differing);
    $sum->{runs} = $run;
    $sum->{seconds} += $seconds;
    $sum->{surroundings}{$surroundings}++;
    push @{$sum->{troubles}}, map { "run $run ($surroundings): $_" } @{$result->{troubles}};
    return $self->_write('soak.json', $JSON->encode($sum) . "\n");
}

sub _append ($self, $name, @entries) {
    my $path = "$self->{folder}/$name";
    my $text = join q{}, map { $JSON->encode($_) . "\n" } @entries;
    return if !@entries;
    CORE::open my $out, '>>:raw', $path or bad_input("cannot write $path: $!");
    print {$out} $text and close $out or bad_input("cannot write $path: $!");
    return;
}

# runs, verdicts, unavailable, seconds, surroundings ({text => runs}) or troubles ([sentences about
# programs and kernels]): in all, of earlier soaks as well.
sub sum ($self, $what) { return $self->{sum}{$what} }

# What differs from the first verdict: ({first => {run, surroundings, case}, then => {...}}...).
sub differing ($self) { return @{$self->{differing}} }

1;
