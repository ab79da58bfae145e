# SPDX-License-Identifier: GPL-2.0-only
#
# What was found, for people: at most 40 lines for one hang.
package Copyhang::Why::Text;

use v5.36;
use Copyhang::Text       qw(painter widths wrap);
use Copyhang::Why::Calls qw(call_text);
use Copyhang::Why::Sleep qw(shown);
use List::Util           qw(any max min);

my $ROWS    = 8;     # tasks of a hang that are shown
my $CALL    = 34;    # the widest column of calls
my $OR_ELSE = 6;     # and of who else it may be
my $SIGKILL = 9;

# @hangs: as Copyhang::Why makes them.
sub new ($class, $colour, $is_verbose) {
    return bless {paint => painter($colour), verbose => $is_verbose}, $class;
}

sub hang ($self, $hang) {
    return join q{}, $self->_head($hang), $self->_table($hang), $self->_stacks($hang),
        _frees($hang), _which($hang), _case($hang);
}

# --- The head: who waits for what, and since when ---

sub _head ($self, $hang) {
    my ($first, @more) = @{$hang->{waiters}};
    my $more = @more                   ? ' and ' . _count(scalar @more, 'other', 'others') : q{};
    my $what = $hang->{kind} eq 'pipe' ? "the lock of $hang->{name}" : $hang->{name};
    my $user = defined $first->{uid}   ? ", user $first->{uid},"     : q{};
    my $text = sprintf '%s%s%s %s for %s %s; %s.', _who($first), $user, $more,
        @more ? 'wait' : 'waits', $what, _since($first), _killed($first);
    return $self->{paint}->(wrap(q{}, $text, q{  }) =~ s/\n\z//r, 'hang') . "\n";
}

sub _who ($task) {
    return $task->{tid} == $task->{pid}
        ? "$task->{name}($task->{pid})"
        : "$task->{name}($task->{pid}, thread $task->{tid})";
}

sub _count ($number, $one, $many) { return "$number " . ($number == 1 ? $one : $many) }

# By the scheduler's clock; else it can only be told since when the process is there.
sub _since ($task) {
    return 'for ' . duration($task->{since})                     if defined $task->{since};
    return 'for at most ' . duration($task->{age}) . ', its age' if defined $task->{age};
    return 'since when cannot be seen';
}

sub duration ($seconds) {
    return sprintf '%.1f s',  $seconds        if $seconds < 10;
    return sprintf '%d s',    $seconds        if $seconds < 120;
    return sprintf '%d min',  $seconds / 60   if $seconds < 7200;
    return sprintf '%d h',    $seconds / 3600 if $seconds < 172_800;
    return sprintf '%d days', $seconds / 86_400;
}

sub _killed ($task) {
    my $is_killed = any { $_ == $SIGKILL } @{$task->{pending}};
    return $is_killed ? 'the SIGKILL that is pending does not end it' : 'SIGKILL would not end it';
}

# --- The tasks ---

sub _table ($self, $hang) {
    my @rows = map { [_cells($_), 'waits for ' . _short($hang)] } @{$hang->{waiters}};
    my @left = splice @rows, $self->_limit;
    for my $holder (@{$hang->{holders}}) {
        my $last = $holder->{waits_for}{text};
        my $does = $holder->{how} // _holds($hang, $holder);
        push @rows, [_cells($holder->{task}), defined $last ? "$does, waits for $last" : $does];
    }
    my @over   = splice @rows, $self->_limit * 2;
    my @widths = widths(@rows);
    $widths[2] = min($CALL, $widths[2]);
    my $lines = join q{}, map { _row(\@widths, @{$_}) } @rows;
    my $left  = @left + @over;
    return $lines . ($left ? '  and ' . _count($left, 'more task', 'more tasks') . "\n" : q{});
}

sub _limit ($self) { return $self->{verbose} ? 1000 : $ROWS }

sub _short ($hang) {
    return $hang->{kind} eq 'pipe' && @{$hang->{keys}} > 1 ? 'one of these' : $hang->{name};
}

sub _holds ($hang, $holder) {
    my $key = $holder->{key};
    return $hang->{certain} ? "holds $key" : "may hold $key";
}

sub _cells ($task) {
    my $call = $task->{call} ? call_text($task->{call}) : $task->{exiting} ? 'exits' : q{?};
    return ("$task->{tid} $task->{name}", $task->{state}, $call, shown($task));
}

sub _row ($widths, @cells) {
    my $last = pop @cells;
    my $text = q{  };
    for my $i (0 .. $#cells) { $text .= sprintf '%-*s  ', $widths->[$i], $cells[$i] }
    return "$text$last\n" if length "$text$last" <= $Copyhang::Text::WIDTH;
    return $text =~ s/ +\z//r . "\n" . wrap(q{ } x 8, $last, q{ } x 10);
}

# The kernel's functions, of those that matter.
sub _stacks ($self, $hang) {
    return if !$self->{verbose};
    my @tasks = (@{$hang->{waiters}}, map { $_->{task} } @{$hang->{holders}});
    return map { wrap("  $_->{tid}: ", join(' < ', @{$_->{stack}}), q{ } x 8) }
        grep { @{$_->{stack}} } @tasks;
}

# --- What to do, and why it is said ---

sub _frees ($hang) {
    my @frees = @{$hang->{frees}} or return;
    return "What frees it, mildest first:\n", map { wrap(q{  - }, $_->{text}, q{ } x 4) } @frees;
}

sub _which ($hang) {
    my $how =
          !@{$hang->{holders}} && $hang->{kind} eq 'pipe' ? 'Who holds it was not seen: '
        : $hang->{certain}                                ? 'How this is known: '
        : $hang->{likely}                                 ? 'Likely, not certain: '
        : @{$hang->{holders}} == 1                        ? 'Not certain: '
        :                                                   'Which of them it is, is not certain: ';
    my @or =
        map { "$_->{task}{name}($_->{task}{pid}), who holds $_->{key}" } @{$hang->{or_else} // []};
    push @or, _count(@or - $OR_ELSE, 'more', 'more') if @or > $OR_ELSE;
    my $or =
          @or
        ? '. Else it is ' . join ' or ', @or > $OR_ELSE
            ? @or[0 .. $OR_ELSE - 1, -1]
            : @or
        : q{};
    return wrap(q{}, "$how$hang->{basis}$or.", q{  });
}

sub _case ($hang) {
    my $case = $hang->{case}
        // return @{$hang->{holders}} > 1 ? () : "None of our cases is like this.\n";
    my $is = $case->{exact} ? 'This is the case' : 'Of our cases the next is';
    return wrap(q{}, "$is $case->{id}: copyhang explain $case->{id}", q{  });
}

# --- What else there is ---

# Tasks that sleep for something else, or of which that cannot be seen.
sub others ($self, $head, @tasks) {
    return if !@tasks;
    my @rows   = map { [_cells($_), _since($_)] } @tasks;
    my @left   = splice @rows, $self->_limit;
    my @widths = widths(@rows);
    $widths[2] = min($CALL, $widths[2]);
    my $more = @left ? '  and ' . _count(scalar @left, 'more task', 'more tasks') . "\n" : q{};
    return wrap(q{}, $head), (map { _row(\@widths, @{$_}) } @rows), $more;
}

sub unseen ($self, @notes) {
    return @notes ? wrap(q{}, 'Not seen: ' . join('; ', @notes) . q{.}, q{  }) : ();
}

1;
