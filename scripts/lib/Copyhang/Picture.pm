# SPDX-License-Identifier: GPL-2.0-only
#
# The proof of a hang as a chain: who waits for whom, in which call, in which functions of the kernel.
# All of it is in the evidence of the case (copyhang-verdicts(7)); the rest of that is left out.
package Copyhang::Picture;

use v5.36;
use Copyhang::Text qw($WIDTH wrap);

my $WIDEST = 4;     # functions that are shown of a stack
my $WHO    = 12;    # columns for who it is

# What every stack has, and tells nothing: ways into the kernel, and through its tables.
my $COMMON = qr{\A(?:
    (?:do_syscall|entry_|x64_sys|__x64_|__do_sys|__se_sys|invoke_syscall|el0|system_call|asm_|exc_|ret_from
      |ksys_|vfs_|do_exit|do_group_exit|task_work_run|exit_to_user|syscall_exit|schedule|__schedule
      |handle_mm|__handle_mm|do_fault|__do_fault|do_user_addr|copy_page_from|_copy_from|_copy_to
      |io_worker|io_wq|io_issue|__io_issue|kthread)\w*
)}x;

# $tables: of Copyhang::Tables. Lines without their ends; none where nothing was seen of the two.
sub lines ($class, $tables, $case) {
    my $actor  = $case->value('bystander') ? 'bystander' : 'actor';
    my $copier = $case->value('worker')    ? 'worker'    : 'copier';
    my ($held, $holder) = map { _task($case, $_) } $actor, $copier;
    return if !$held || !$holder;
    my $end = _waits_for($tables, $case);
    return (
        _who($actor, $held),
        '      |  '
            . (
              "@{$held->{functions}}" =~ /pipe_/
            ? q{waits for the pipe's lock, which is held by the}
            : 'is held up by the'
            ),
        _who($copier, $holder),
        join(': ', "      |  waits for $end", $tables->fact('endpoint', $end, 'about') // ()),
        map { split /\n/ } _outcome($case, $actor),
    );
}

# "D pipe_release exit_group(0) switches:12", and the stack where there is one.
sub _task ($case, $who) {
    my ($state, $in, $call) =
        ($case->value($who) // return) =~ /\A(\S+) (\S+) (.*?)(?: switches:\d+)?\z/
        or return;
    my @stack   = map  { s/[+].*//r } split / < /, $case->value("$who.stack") // $in;
    my @telling = grep { !/$COMMON/ } @stack;
    @telling = @stack[0 .. 0] if !@telling;
    splice @telling, $WIDEST / 2, @telling - $WIDEST, '..' if @telling > $WIDEST;
    return {state => $state, call => $call, functions => \@telling};
}

sub _who ($who, $task) {
    my $functions = join ' < ', @{$task->{functions}};
    my $text      = sprintf '  %-*s%s  %s', $WHO, $who, @{$task}{qw(state call)};
    my $line      = "$text  in $functions";
    return length $line <= $WIDTH ? $line : ($text, q{ } x ($WHO + 5) . "in $functions");
}

# The end that withholds: the sink where the copy stalled on its way out, else the source.
sub _waits_for ($tables, $case) {
    my ($source, $sink) = @{$case}{qw(source sink)};
    my $stalls = defined $tables->fact('endpoint', $source, 'stalls');
    return $source
        if $stalls && $tables->sort_of($sink) eq 'pipe'
        || !defined $tables->fact('endpoint', $sink, 'stalls');
    return $sink;
}

sub _outcome ($case, $actor) {
    my ($killable, $ms) = map { $case->value($_) } qw(killable release_ms);
    my $text = join q{}, map { "SIGKILL $_ the $actor; " }
        grep { defined } {no => 'does not end', yes => 'ends'}->{$killable // q{}};
    $text .=
        $case->{verdict} eq 'hang' && defined $ms
        ? 'what the copy waits for does, ' . ($ms > 0 ? "within $ms ms." : 'at once.')
        : "nothing that was tried does in time ($case->{verdict}).";
    return wrap(q{  }, $text, q{  });
}

1;
