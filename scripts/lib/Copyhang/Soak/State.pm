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

my $SCHEMA  = 1;
my @COUNTS  = qw(runs verdicts unavailable seconds);
my @JOURNAL = qw(first differing);

# A folder, new or of an earlier soak of the same $subject, a text.
sub open ($class, $folder, $subject) {    ## no critic (ProhibitBuiltinHomonyms)
    my $self = bless {folder => $folder, first => {}, differing => []}, $class;
    eval { make_path($folder); 1 } or bad_input("--state: cannot make $folder: " . _reason($@));
    $self->{lock} = Copyhang::Lock->take("$folder/lock", 0)
        // bad_input("--state: another soak is at work in $folder");
    $self->{sum} = {
        schema       => $SCHEMA,
        subject      => $subject,
        surroundings => {},
        troubles     => [],
        map { $_ => 0 } @COUNTS
    };
    $self->_read if -e "$folder/soak.json";
    bad_input("--state: $folder is of another soak: $self->{sum}{subject}")
        if $self->{sum}{subject} ne $subject;
    $self->_read_journal($_) for @JOURNAL;
    return $self;
}

sub _reason ($text) {
    return $text =~ s/ at \S+ line \d+[.]?\s*\z//r;
}

sub _read ($self) {
    my ($line) = $self->_lines('soak.json');
    my $sum = eval { Cpanel::JSON::XS->new->decode($line // q{}) };
    bad_input("--state: $self->{folder}/soak.json is none of this program's")
        if ref $sum ne 'HASH' || ($sum->{schema} // 0) != $SCHEMA;
    $self->{sum} = $sum;
    return;
}

sub _lines ($self, $name) {
    CORE::open my $in, '<:raw', "$self->{folder}/$name" or return;
    return <$in>;
}

# What a run that was not counted has left there goes.
sub _read_journal ($self, $name) {
    my $json = Cpanel::JSON::XS->new;
    my (@kept, $is_less);
    for my $line ($self->_lines("$name.jsonl")) {
        my $entry = eval { $json->decode($line) };
        if (!$entry || $entry->{run} > $self->{sum}{runs}) { $is_less = 1; next }
        push @kept, $line;
        if ($name eq 'first') { $self->{first}{$entry->{case}{id}} = $entry }
        else                  { push @{$self->{differing}}, $entry }
    }
    Copyhang::Output->new("$self->{folder}/$name.jsonl")->write(join q{}, @kept) if $is_less;
    return;
}

# Takes what a run in some surroundings, a text, has brought (see Copyhang::Soak::Player). Of each case the first verdict is what it
# is measured by; that it is unavailable in these surroundings is no verdict.
sub take ($self, $surroundings, $result, $seconds) {
    my $sum = $self->{sum};
    my $run = $sum->{runs} + 1;
    my (@first, @differing);
    for my $case (@{$result->{cases}}) {
        if ($case->{verdict} eq 'unavailable') { $sum->{unavailable}++; next }
        $sum->{verdicts}++;
        my $entry = {run => $run, surroundings => $surroundings, case => $case};
        my $first = $self->{first}{$case->{id}};
        if    (!$first) { push @first, $self->{first}{$case->{id}} = $entry }
        elsif ($first->{case}{verdict} ne $case->{verdict}) {
            push @differing, {run => $run, first => $first, then => $entry};
        }
    }
    push @{$self->{differing}}, @differing;
    $self->_append('first',     @first);
    $self->_append('differing', @differing);
    $sum->{runs} = $run;
    $sum->{seconds} += $seconds;
    $sum->{surroundings}{$surroundings}++;
    push @{$sum->{troubles}}, map { "run $run ($surroundings): $_" } @{$result->{troubles}};
    Copyhang::Output->new("$self->{folder}/soak.json")
        ->write(Cpanel::JSON::XS->new->canonical->encode($sum) . "\n");
    return;
}

sub _append ($self, $name, @entries) {
    return if !@entries;
    my $path = "$self->{folder}/$name.jsonl";
    my $json = Cpanel::JSON::XS->new->canonical->ascii;
    CORE::open my $out, '>>:raw', $path or bad_input("cannot write $path: $!");
    print {$out} map { $json->encode($_) . "\n" } @entries and close $out
        or bad_input("cannot write $path: $!");
    return;
}

# runs, verdicts, unavailable or seconds: in all, of earlier soaks as well.
sub count ($self, $what) { return $self->{sum}{$what} }

# Text => in how many runs.
sub surroundings ($self) { return $self->{sum}{surroundings} }

# What was wrong with programs and kernels, a sentence each.
sub troubles ($self) { return @{$self->{sum}{troubles}} }

# What differs from the first verdict: ({first => {run, surroundings, case}, then => {...}}...).
sub differing ($self) { return @{$self->{differing}} }

1;
