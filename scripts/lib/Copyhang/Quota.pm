# SPDX-License-Identifier: GPL-2.0-only
#
# A group of processes that has a part of a CPU.
#
#     my $quota = Copyhang::Quota->new(12.5);    # per cent of one CPU
#     Copyhang::Process->foreground(sub { $quota->enter }, 'command');
#     $quota->remove;
#
# By the CPU controller of cgroup v1 or v2. Where no group can be made that ends with 125, and with
# the reasons. A process of its own removes the group, so that also SIGKILL leaves nothing.
package Copyhang::Quota;

use v5.36;
use Copyhang::Failure qw(untestable);
use Copyhang::Limits  ();
use POSIX             ();
use Time::HiRes       qw(sleep);

my $PERIOD = 100_000;    # microseconds, in which a group has its share, and is frozen for the rest
my $TICK   = 0.02;       # s

my $TOO_MUCH = do { local $! = POSIX::EINVAL; "$!" };

# A new group of processes. At the end of this one, however that comes, all that is in there is
# killed and the group removed.
sub new ($class, $percent) {
    my $quota = int $PERIOD * $percent / 100;
    my @reasons;
    for my $place (_places()) {
        my $self = bless {folder => "$place/copyhang-slow-$$"}, $class;
        my $why  = $self->_make($place, $quota) // return $self->_guard;
        push @reasons, "$self->{folder}: $why";
    }
    untestable('no CPU quota here: ' . join '; ',
        @reasons ? @reasons : 'no cgroups with a CPU controller are mounted');
}

# Where a group might be made: inside our own, first of cgroup v1, then of v2. There a group that
# has processes cannot have groups with a quota, unless it is the root: then one beside it.
sub _places () {
    my $groups = join q{}, _lines('/proc/self/cgroup');
    my %places = (cgroup => [], cgroup2 => []);
    my %own;
    ($own{cgroup})  = $groups =~ m{^\d+:(?:[^:\n]*,)?cpu(?:,[^:\n]*)?:(.*?)/?$}m;
    ($own{cgroup2}) = $groups =~ m{^0::(.*?)/?$}m;
    for (_lines('/proc/self/mountinfo')) {
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

sub _lines ($path) {
    open my $in, '<', $path or return;
    return <$in>;
}

# Return: why not.
sub _make ($self, $place, $quota) {
    my $folder = $self->{folder};
    my $is_v2  = -e "$place/cgroup.subtree_control";
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
sub _guard ($self) {
    my $script = <<'END';
trap '' INT TERM HUP
exec >/dev/null 2>&1
cat
while [ -d "$0" ] && ! rmdir "$0"; do
	kill -KILL $(cat "$0/cgroup.procs")
	sleep 0.02
done
END
    open $self->{life}, '|-', qw(setsid --fork sh -c), $script, $self->{folder}
        or untestable("cannot run setsid: $!");
    return $self;
}

# Moves the calling process there.
sub enter ($self) {
    my $why = _write("$self->{folder}/cgroup.procs", $$) // return;
    untestable("cannot enter $self->{folder}: $why");
}

# Ends all that is left in there; what cannot be killed is left to the other process.
sub remove ($self) {
    delete $self->{life};
    my $ticks = $Copyhang::Limits::KILL_GRACE / $TICK;
    sleep $TICK while $ticks-- > 0 && -d $self->{folder};
    return;
}

1;
