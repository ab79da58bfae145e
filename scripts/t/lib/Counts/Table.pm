# SPDX-License-Identifier: GPL-2.0-only
#
# A sample of the cases, and what each of them takes: the file .ci/counts.table.
#
#     my $table = Counts::Table->read($path);
#     $table->take($_, $counts->play([$_], each => 1, jobs => 1)) for $table->ids('hang');
#     say for map { @{$_->{grown}} } $table->rows;
#
# A line of it: the verdict, the id, and a number for each of the figures. One line more,
# `together`, is for those that do not hang, in one run.
#
# What a case takes varies by a tenth and more from one time to the next: how often its supervisor
# looks, and whether it needs another attempt, depends on the machine, and on what else that does.
# So of each case the median counts, and of these the mean. Of three plays of each case on an idle
# machine, with a quarter of a CPU, and with four busy processes on each CPU, such means were the
# same for processes, and differed by 4 % at most for stops and for system calls (those that come
# together: by 6 %, as they were fewer on the busy machine). The least of some plays instead of
# the median differed by 9 %: it takes many to meet that. Time is no figure, nor is how often a
# process was switched: these depend on the machine. Nor are there cases in the sample whose work
# does: copies that nothing holds up and that are cut off, sockets of TCP that have to be filled,
# workers of io_uring that come late, and hangs that are tried again as often as not.
package Counts::Table;

use v5.36;
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();
use List::Util        qw(sum0);

our @FIGURES  = qw(processes stops system_calls);
our $TOGETHER = q{together};
our @ROWS     = (qw(safe refused hang), $TOGETHER);

my $TOLERATED = 1.1;

my $HEADER = <<'END';
# SPDX-License-Identifier: GPL-2.0-only
# What the cases of a sample take, each alone, and all that do not hang together (for each of them):
# processes, ptrace stops, system calls. .ci/counts compares with it; .ci/counts --renew renews it.
END

# Those cases have the same verdict on every kernel; the numbers may be missing.
sub read ($class, $path = _default()) {    ## no critic (ProhibitBuiltinHomonyms)
    my $self = bless {lines => [], now => {}, left_out => {}}, $class;
    for (Copyhang::Paths->lines($path)) {
        next if /\A(?:#|\s*\z)/;
        my ($row, $id, @numbers) = split;
        bad_input("$path: not a line of it: $_")
            if !defined $id
            || !grep({ $_ eq $row } @ROWS)
            || grep({ !/\A\d+(?:[.]\d+)?\z/ } @numbers)
            || @numbers != @FIGURES && @numbers;
        my %was;
        @was{@FIGURES} = @numbers;
        push @{$self->{lines}}, {row => $row, id => $id, was => \%was};
    }
    return $self;
}

# The cases of a verdict, or all; without what is left out.
sub ids ($self, @verdicts) {
    @verdicts = grep { $_ ne $TOGETHER } @ROWS if !@verdicts;
    my %wanted = map { $_ => 1 } @verdicts;
    return map { $_->{id} } grep { $wanted{$_->{row}} } $self->_compared;
}

sub all_ids ($self) {
    return map { $_->{id} } grep { $_->{row} ne $TOGETHER } @{$self->{lines}};
}

sub ids_together ($self) { return $self->ids(qw(safe refused)) }

sub _default () {
    my $checkout =
        Copyhang::Paths->checkout // bad_input('there is no checkout with a table of counts');
    return "$checkout/.ci/counts.table";
}

sub _compared ($self) {
    return grep { !$self->{left_out}{$_->{id}} } @{$self->{lines}};
}

# What was counted of one case. Return: its verdict, if that is not the one that it has here: then
# it is left out from now on, and with it what was counted of many.
sub take ($self, $id, $played) {
    my ($line) = grep { $_->{id} eq $id } @{$self->{lines}};
    my $verdict = $played->{verdicts}{$id} // 'none';
    if ($verdict ne $line->{row}) {
        $self->{left_out}{$_} = 1 for $id, $TOGETHER;
        return $verdict;
    }
    $self->_keep($id, $played, 1);
    return;
}

sub take_together ($self, $played) {
    $self->_keep($TOGETHER, $played, scalar $self->ids_together);
    return;
}

sub _keep ($self, $id, $played, $cases) {
    push @{$self->{now}{$id}{$_}}, $played->{$_} / $cases for @FIGURES;
    return;
}

# The median of what was counted of one; undef if nothing was.
sub _now ($self, $id, $figure) {
    my @counted = sort { $a <=> $b } @{$self->{now}{$id}{$figure} // []};
    return $counted[$#counted / 2];
}

# [{name, cases, was => {figure => number}, now => {...}, grown => [sentences], shrunk => ...}...]:
# means of what was counted so far. What has not been counted before has not grown.
sub rows ($self) {
    return grep { $_->{cases} } map { $self->_row($_) } @ROWS;
}

sub _row ($self, $name) {
    my @lines = grep { $_->{row} eq $name && $self->{now}{$_->{id}} } $self->_compared;
    my %row   = (name => $name, cases => scalar @lines, grown => [], shrunk => []);
    for my $figure (@lines ? @FIGURES : ()) {
        my $now = $row{now}{$figure} =
            sum0(map { $self->_now($_->{id}, $figure) } @lines) / @lines;
        next if grep { !defined $_->{was}{$figure} } @lines;
        my $was  = $row{was}{$figure} = sum0(map { $_->{was}{$figure} } @lines) / @lines;
        my $kind = $now > $was * $TOLERATED ? 'grown' : $now * $TOLERATED < $was ? 'shrunk' : next;
        push @{$row{$kind}},
            sprintf "%s: %s have %s from %.1f to %.1f a case", $name, $figure =~ tr/_/ /r, $kind,
            $was,
            $now;
    }
    return \%row;
}

# As it is to be from now on; what was left out stays as it was.
sub text ($self) {
    return join q{}, $HEADER, map {
        my $line    = $_;
        my @figures = $self->{left_out}{$line->{id}} ? () : @FIGURES;
        my @numbers = grep { defined } map { $self->_now($line->{id}, $_) } @figures;
        @numbers = grep { defined } @{$line->{was}}{@FIGURES} if !@numbers;
        join(q{ }, $line->{row}, $line->{id}, map { sprintf '%.4g', $_ } @numbers) . "\n";
    } @{$self->{lines}};
}

1;
