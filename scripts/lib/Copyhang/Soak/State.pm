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
use Copyhang::Paths   ();
use Cpanel::JSON::XS  ();
use File::Path        qw(make_path);

my $SCHEMA = 1;
my $JSON   = Cpanel::JSON::XS->new->canonical->ascii;

# A folder, new or of an earlier soak of the same $subject, a text.
sub open ($class, $folder, $subject) {    ## no critic (ProhibitBuiltinHomonyms)
    my $self = bless {folder => $folder}, $class;
    make_path($folder, {error => \my $errors});
    bad_input('--state: cannot make ' . join ': ', %{$errors->[0]}) if @{$errors};
    $self->{lock} = Copyhang::Lock->take("$folder/lock", 0)
        // bad_input("--state: another soak is at work in $folder");
    my $sum = {schema => $SCHEMA, subject => $subject, surroundings => {}, troubles => []};
    $sum->{$_} = 0 for qw(runs verdicts unavailable seconds);
    ($sum) = $self->_lines('soak.json') if -e "$folder/soak.json";
    bad_input("--state: $folder/soak.json is none of this program's")
        if ref $sum ne 'HASH' || ($sum->{schema} // 0) != $SCHEMA;
    bad_input("--state: $folder is of another soak: $sum->{subject}")
        if $sum->{subject} ne $subject;
    $self->{sum}      = $sum;
    $self->{$_}       = $self->_counted("$_.jsonl") for qw(first differing);
    $self->{first_of} = {map { $_->{case}{id} => $_ } @{$self->{first}}};
    return $self;
}

# What each line of a file says; undef is what is no JSON.
sub _lines ($self, $name) {
    return map {
        scalar eval { $JSON->decode($_) }
    } split /^/, Copyhang::Paths->contents("$self->{folder}/$name") // q{};
}

# What a run that was not counted has left there goes.
sub _counted ($self, $name) {
    my @lines = $self->_lines($name);
    my @kept  = grep { $_ && $_->{run} <= $self->{sum}{runs} } @lines;
    $self->_write($name, @kept) if @kept != @lines;
    return \@kept;
}

sub _write ($self, $name, @lines) {
    my $text = join q{}, map { $JSON->encode($_) . "\n" } @lines;
    return Copyhang::Output->new("$self->{folder}/$name")->write($text);
}

# Takes what a run in some surroundings, a text, has brought (as Copyhang::Soak plays it). Of each
# case the first verdict is what it is measured by; that it is unavailable in these surroundings is
# no verdict.
sub take ($self, $surroundings, $result, $seconds) {
    my $sum = $self->{sum};
    my $run = $sum->{runs} + 1;
    my %new;
    for my $case (@{$result->{cases}}) {
        if ($case->{verdict} eq 'unavailable') { $sum->{unavailable}++; next }
        $sum->{verdicts}++;
        my $entry = {run => $run, surroundings => $surroundings, case => $case};
        my $first = $self->{first_of}{$case->{id}} //= $entry;
        push @{$new{first}}, $entry if $first == $entry;
        push @{$new{differing}}, {run => $run, first => $first, then => $entry}
            if $first->{case}{verdict} ne $case->{verdict};
    }
    for my $name (keys %new) {
        push @{$self->{$name}}, @{$new{$name}};
        $self->_write("$name.jsonl", @{$self->{$name}});
    }
    $sum->{runs} = $run;
    $sum->{seconds} += $seconds;
    $sum->{surroundings}{$surroundings}++;
    push @{$sum->{troubles}}, map { "run $run ($surroundings): $_" } @{$result->{troubles}};
    return $self->_write('soak.json', $sum);
}

# runs, verdicts, unavailable, seconds, surroundings ({text => runs}) or troubles ([sentences about
# programs and kernels]): in all, of earlier soaks as well.
sub sum ($self, $what) { return $self->{sum}{$what} }

# What differs from the first verdict: ({first => {run, surroundings, case}, then => {...}}...).
sub differing ($self) { return @{$self->{differing}} }

1;
