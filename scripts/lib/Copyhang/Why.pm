# SPDX-License-Identifier: GPL-2.0-only
#
# What hangs on this machine now, who holds what it waits for, and what would free it: all of it as
# copyhang-why(1) shows it.
package Copyhang::Why;

use v5.36;
use Copyhang::Failure       qw(bad_input untestable);
use Copyhang::Output        ();
use Copyhang::Why::Calls    qw(call_text);
use Copyhang::Why::Cases    qw(act_of case_of);
use Copyhang::Why::Endpoint ();
use Copyhang::Why::Frees    qw(frees);
use Copyhang::Why::Proc     ();
use Copyhang::Why::Search   ();
use Copyhang::Why::Sleep    qw(shown);
use Copyhang::Why::Text     ();
use Copyhang::Why::Watch    ();
use List::Util              qw(any);
use POSIX                   ();

my %HEADS = (
    others => q{These sleep uninterruptibly too, but not for a pipe's lock, FUSE or a freeze:},
    dark   => 'These sleep uninterruptibly, and what for cannot be seen. Root could see it:',
);

# $pid: of this process only, if it is defined. %with: proc, another source than /proc, and pause,
# for tests.
sub new ($class, $option, $pid, %with) {
    my $proc = $with{proc} // Copyhang::Why::Proc->new;
    return bless {option => $option, pid => $pid, proc => $proc, pause => $with{pause}}, $class;
}

# Return: the exit status.
sub main ($self) {
    untestable('cannot read ' . $self->{proc}->root) if !$self->{proc}->is_there;
    my $output = Copyhang::Output->for_options($self->{option}, 'json');
    $self->_process($self->{pid}) if defined $self->{pid};
    return Copyhang::Why::Watch->run(
        sub ($about, @left_out) {
            $self->{proc}->be_watched($about, @left_out);
            return $self->_report($self->look, $output->{json});
        }
    );
}

sub _report ($self, $found, $json) {
    my ($out, $colour) = Copyhang::Output->for_people($self->{option});
    print {$out} $self->text($found, $colour);
    $json->write($self->_json($found)) if $json;
    return @{$found->{hangs}} ? 1 : @{$found->{dark}} ? 125 : 0;
}

sub _process ($self, $pid) {
    return $self->{proc}->task($pid, $pid) // bad_input("no process $pid");
}

# {hangs, others, dark, unseen}: of the whole machine, or of the process.
sub look ($self) {
    my $found     = Copyhang::Why::Search->new($self->{proc}, $self->{pause})->find;
    my $endpoints = $found->{pipes} && Copyhang::Why::Endpoint->new($found->{pipes});
    $self->_explain($_, $endpoints) for @{$found->{hangs}};
    $self->_keep_times($_) for @{$found->{others}};
    $found->{unseen} = [$self->_unseen($found)];
    $found->{dark}   = [grep { !_is_seen($_) } @{$found->{others}}];
    $found->{others} = [grep { _is_seen($_) } @{$found->{others}}];
    return $found if !defined $self->{pid};
    $found->{hangs} = [grep { $self->_is_about($_) } @{$found->{hangs}}];

    for my $tasks (@{$found}{qw(others dark)}) {
        $tasks = [grep { $_->{pid} == $self->{pid} } @{$tasks}];
    }
    return $found;
}

# May where it sleeps be seen?
sub _is_seen ($task) { return defined $task->{wchan} || @{$task->{stack}} }

sub _is_about ($self, $hang) {
    return any { $_->{pid} == $self->{pid} } @{$hang->{waiters}},
        map { $_->{task} } @{$hang->{holders}};
}

# What its holders wait for, what would free them, and which case it is.
sub _explain ($self, $hang, $endpoints) {
    $self->_keep_times($_) for @{$hang->{waiters}};
    $_->{waits_for}  = $endpoints->of($_) for @{$hang->{holders}}, @{$hang->{or_else} // []};
    $hang->{servers} = $endpoints->servers($hang->{fuse}) if $hang->{kind} eq 'fuse';
    $hang->{act}     = act_of($self->{proc}, $hang->{waiters}[0]);
    $hang->{case}    = case_of($self->{proc}, $hang);
    $hang->{frees}   = [frees($hang)];
    return;
}

# It has slept since before the first of our looks.
sub _keep_times ($self, $task) {
    $task->{age}   = $self->{proc}->age($task);
    $task->{since} = $self->{proc}->asleep_for($task);
    return;
}

# What could not be seen, in words.
sub _unseen ($self, $found) {
    my @notes;
    my $denied = $self->{proc}->denied;
    my $unseen = $found->{pipes} ? $found->{pipes}->unseen : 0;
    push @notes, "the descriptors of $unseen processes (root could see them)" if $unseen;
    push @notes, "the calls and the kernel's stacks of some tasks (root could see them)"
        if $> != 0 && ($denied->{syscall} || $denied->{stack});
    push @notes,
        map { "process $_, which kept the reader of /proc waiting" } $self->{proc}->left_out;
    push @notes, 'processes of others that /proc does not show here'
        if !$self->{proc}->sees_all_processes;
    return @notes;
}

# --- For people ---

sub text ($self, $found, $colour) {
    my $text  = Copyhang::Why::Text->new($colour, $self->{option}{verbose});
    my @hangs = map { $text->hang($_) } @{$found->{hangs}};
    my @parts = map { join q{}, $text->others($HEADS{$_}, @{$found->{$_}}) } qw(dark others);
    my $calm  = defined $self->{pid} ? $self->_process_text : "Nothing hangs.\n";
    unshift @parts, @hangs ? @hangs : @{$found->{dark}} ? () : $calm;
    push @parts, $text->unseen(@{$found->{unseen}});
    return join "\n", grep { length } @parts;
}

sub _process_text ($self) {
    my $task  = $self->{proc}->look($self->_process($self->{pid}));
    my $call  = $task->{call} ? ', in ' . call_text($task->{call})                        : q{};
    my $where = $task->{state} =~ /[SD]/ && $task->{wchan} ? ", asleep in $task->{wchan}" : q{};
    return "$task->{name}($task->{pid}) does not hang: its state is $task->{state}$call$where.\n";
}

# --- For programs ---

sub _json ($self, $found) {
    require JSON::PP;
    my ($release, $version, $machine) = (POSIX::uname())[2 .. 4];
    my %document = (
        schema => 1,
        kernel => {release => $release, version => $version, machine => $machine},
        hangs  => [map { _hang($_) } @{$found->{hangs}}],
        others => [map { _task($_) } @{$found->{others}}],
        dark   => [map { _task($_) } @{$found->{dark}}],
        unseen => $found->{unseen},
    );
    return JSON::PP->new->ascii->canonical->pretty->encode(\%document);
}

sub _hang ($hang) {
    return {
        kind    => $hang->{kind},
        name    => $hang->{name},
        certain => $hang->{certain}                    ? JSON::PP::true() : JSON::PP::false(),
        likely  => $hang->{certain} || $hang->{likely} ? JSON::PP::true() : JSON::PP::false(),
        basis   => $hang->{basis},
        waiters => [map { _task($_) } @{$hang->{waiters}}],
        holders => [map { _holder($_) } @{$hang->{holders}}],
        or_else => [map { _holder($_) } @{$hang->{or_else} // []}],
        act     => $hang->{act},
        case    => $hang->{case} && $hang->{case}{id},
        exact   => $hang->{case} && $hang->{case}{exact} ? JSON::PP::true() : JSON::PP::false(),
        frees   => $hang->{frees},
    };
}

sub _holder ($holder) {
    my $end = $holder->{waits_for};
    return {
        %{_task($holder->{task})},
        holds     => $holder->{key},
        waits_for => {
            kind  => $end->{kind},
            text  => $end->{text},
            peers => [map { $_->{pid} + 0 } @{$end->{peers} // []}],
        },
    };
}

sub _task ($task) {
    return {
        (map { $_ => $task->{$_} + 0 } qw(pid tid parent)),
        (map { $_ => $task->{$_} } qw(name state wchan stack)),
        uid     => defined $task->{uid} ? $task->{uid} + 0 : undef,
        call    => $task->{call} && call_text($task->{call}),
        since_s => defined $task->{since} ? sprintf('%.3f', $task->{since}) + 0 : undef,
        exiting => $task->{exiting}       ? JSON::PP::true()                    : JSON::PP::false(),
    };
}

1;
