# SPDX-License-Identifier: GPL-2.0-only
#
# What slows a command down, or is foreign to it, on purpose.
#
#     my $surroundings = Copyhang::Surroundings->new({cpu => 12.5, groups => 400, memcpy => 'vector'});
#     my $wait_status  = $surroundings->run('command', 'argument');
#
# See scripts/slow. What is not possible here ends with 125, and says why. A part of a CPU is a
# group of processes, by the CPU controller of cgroup v1 or v2. A process of its own removes the
# group, so that also SIGKILL leaves nothing.
package Copyhang::Surroundings;

use v5.36;
use Copyhang::Failure qw(bad_input untestable);
use Copyhang::Limits  ();
use Copyhang::Paths   ();
use Copyhang::Process ();
use Copyhang::Tool    ();
use POSIX             ();
use Time::HiRes       qw(sleep);

# The ways in which glibc 2.31 and later copy memory, by what they are told of the CPU. Of a long
# copy: vector: 64 bytes at a time, the first ones last. string: one instruction (rep movsb), in
# order. nontemporal: past the caches, several pages at a time.
my $NEVER  = '0x7fffffff';
my $VECTOR = "glibc.cpu.hwcaps=-ERMS,-FSRM:glibc.cpu.x86_rep_movsb_threshold=$NEVER";
my %MEMCPY = (
    vector      => "$VECTOR:glibc.cpu.x86_non_temporal_threshold=$NEVER",
    string      => "glibc.cpu.hwcaps=Prefer_ERMS:glibc.cpu.x86_non_temporal_threshold=$NEVER",
    nontemporal => "$VECTOR:glibc.cpu.x86_non_temporal_threshold=0x10000",
);

our @KINDS = sort keys %MEMCPY;

my $FIRST_GROUP = 1_000_000;    # the longer their numbers, the longer /proc/PID/status
my $GROUPS_MAX  = 65_536;       # NGROUPS_MAX

my $PERIOD   = 100_000;    # microseconds, in which a part of a CPU is had, and then nothing of it
my $TICK     = 0.02;       # s
my $TOO_MUCH = do { local $! = POSIX::EINVAL; "$!" };

# $option: cpu, groups, memcpy, where wanted.
sub new ($class, $option) {
    my ($cpu, $groups, $memcpy) = @{$option}{qw(cpu groups memcpy)};
    bad_input("--cpu wants per cent of one CPU, 1 or more, not '$cpu'")
        if defined $cpu && !($cpu =~ /\A\d{1,5}(?:[.]\d+)?\z/ && $cpu >= 1);
    bad_input("--groups wants a number from 1 to $GROUPS_MAX, not '$groups'")
        if defined $groups && !($groups =~ /\A[1-9]\d{0,4}\z/ && $groups <= $GROUPS_MAX);
    my $kinds = join ', ', @KINDS;
    bad_input("--memcpy wants one of $kinds, not '$memcpy'")
        if defined $memcpy && !$MEMCPY{$memcpy};
    return bless {cpu => $cpu, groups => $groups, memcpy => $memcpy}, $class;
}

# Runs the command in there. Return: its wait status.
sub run ($self, @command) {
    $self->_switch_memcpy if defined $self->{memcpy};
    $self->_join_groups   if defined $self->{groups};
    my $cgroup = defined $self->{cpu} ? $self->_make_cgroup : undef;
    my $status = Copyhang::Process->foreground(sub { _enter($cgroup) if $cgroup }, @command);
    $self->_remove($cgroup) if $cgroup;
    return $status;
}

sub _switch_memcpy ($self) {
    my $machine = (POSIX::uname())[4];
    untestable("no tunables of memcpy's are known for $machine") if $machine ne 'x86_64';
    my @tunables = grep { length } $ENV{GLIBC_TUNABLES} // q{}, $MEMCPY{$self->{memcpy}};
    $ENV{GLIBC_TUNABLES} = join q{:}, @tunables;    ## no critic (RequireLocalizedPunctuationVars)
    return;
}

sub _join_groups ($self) {
    my @groups = map { $FIRST_GROUP + $_ } 1 .. $self->{groups};
    my ($own)  = split q{ }, $);
    local $! = 0;
    $) = "$own @groups";                            ## no critic (RequireLocalizedPunctuationVars)
    untestable("cannot have $self->{groups} groups: $!") if $!;
    return;
}

# Keeps every CPU busy with so many processes of a command each, until they are ended or this
# program is. Each has a session of its own: where the kernel lets sessions share the CPUs
# (sched_autogroup), one session of them all would be hardly a load.
sub load ($class, $per_cpu, @command) {
    my %process = (command => \@command, session => 1, dies_by => 'KILL');
    return map { Copyhang::Process->start(%process) } 1 .. $per_cpu * Copyhang::Tool->cpus;
}

# --- A part of a CPU ---

# Return: the folder of a group. At the end of this process, however that comes, all that is in
# there is killed and the group removed.
sub _make_cgroup ($self) {
    my $quota = int $PERIOD * $self->{cpu} / 100;
    my @reasons;
    for my $place (_places()) {
        my $folder = "$place/copyhang-slow-$$";
        my $why    = _make($place, $folder, $quota) // return $self->_guard($folder);
        push @reasons, "$folder: $why";
    }
    untestable('no CPU quota here: ' . join '; ',
        @reasons ? @reasons : 'no cgroups with a CPU controller are mounted');
}

# Where a group might be made: inside our own, first of cgroup v1, then of v2. There a group that
# has processes cannot have groups with a quota, unless it is the root: then one beside it.
sub _places () {
    my $groups = Copyhang::Paths->contents('/proc/self/cgroup') // q{};
    my %places = (cgroup => [], cgroup2 => []);
    my %own;
    ($own{cgroup})  = $groups =~ m{^\d+:(?:[^:\n]*,)?cpu(?:,[^:\n]*)?:(.*?)/?$}m;
    ($own{cgroup2}) = $groups =~ m{^0::(.*?)/?$}m;
    for (split /^/, Copyhang::Paths->contents('/proc/self/mountinfo') // q{}) {
        my ($root, $mount, $type, $options) =
            /\A\d+\ \d+\ \S+\ (\S+)\ (\S+)\ .*?\ -\ (cgroup2?)\ \S+\ (\S+)/x
            or next;
        my $own = $own{$type} // next;
        next if $type eq 'cgroup' && ",$options," !~ /,cpu,/;
        $own =~ s{\A\Q$root\E(?=/|\z)}{} if $root ne q{/};
        push @{$places{$type}}, "$mount$own";
        push @{$places{$type}}, $mount . $own =~ s{/[^/]*\z}{}r
            if $type eq 'cgroup2' && length $own;
    }
    return map { @{$_} } @places{qw(cgroup cgroup2)};
}

# Return: why not.
sub _make ($place, $folder, $quota) {
    my $is_v2 = -e "$place/cgroup.subtree_control";
    _write("$place/cgroup.subtree_control", '+cpu') if $is_v2;
    mkdir $folder or return "$!";
    my $why =
        $is_v2
        ? _write("$folder/cpu.max",           "$quota $PERIOD")
        : _write("$folder/cpu.cfs_period_us", $PERIOD)
        // _write("$folder/cpu.cfs_quota_us", $quota);

    # The group that it is in has less, as all that is in there: v1 says so, v2 does not mind.
    return        if defined $why && !$is_v2 && $why eq $TOO_MUCH;
    rmdir $folder if defined $why;
    return $why;
}

# Return: why not.
sub _write ($path, $text) {
    open my $out, '+<', $path or return "$!";
    return if defined syswrite $out, $text;
    return "$!";
}

# Another process waits for the end of this one, which the pipe between the two ends with. It is no
# Copyhang::Process, as it has to outlive this program, and no Ctrl-C is to reach it. What cannot be
# killed keeps the group, and it waits for that.
sub _guard ($self, $folder) {
    my $script = <<'END';
trap '' INT TERM HUP
exec >/dev/null 2>&1
cat
while [ -d "$0" ] && ! rmdir "$0"; do
	kill -KILL $(cat "$0/cgroup.procs")
	sleep 0.02
done
END
    open $self->{life}, '|-', qw(setsid --fork sh -c), $script, $folder
        or untestable("cannot run setsid: $!");
    return $folder;
}

# Moves the calling process there.
sub _enter ($folder) {
    my $why = _write("$folder/cgroup.procs", $$) // return;
    untestable("cannot enter $folder: $why");
}

# Ends all that is left in there; what cannot be killed is left to the other process.
sub _remove ($self, $folder) {
    delete $self->{life};
    my $ticks = $Copyhang::Limits::KILL_GRACE / $TICK;
    sleep $TICK while $ticks-- > 0 && -d $folder;
    return;
}

1;
