# SPDX-License-Identifier: GPL-2.0-only
#
# What slows a command down, or is foreign to it, on purpose.
#
#     my $surroundings = Copyhang::Surroundings->new({cpu => 12.5, groups => 400, memcpy => 'vector'});
#     my $wait_status  = $surroundings->run('command', 'argument');
#
# See scripts/slow. What is not possible here ends with 125, and says why.
package Copyhang::Surroundings;

use v5.36;
use Copyhang::Failure qw(bad_input untestable);
use Copyhang::Process ();
use Copyhang::Quota   ();
use Copyhang::Tool    ();
use POSIX             ();

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

my @KINDS = sort keys %MEMCPY;

my $FIRST_GROUP = 1_000_000;    # the longer their numbers, the longer /proc/PID/status
my $GROUPS_MAX  = 65_536;       # NGROUPS_MAX

# How Getopt::Long takes them.
sub options ($class) { return qw(cpu=s groups=s memcpy=s) }

sub memcpy_kinds ($class) { return @KINDS }

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
    my $quota  = defined $self->{cpu} ? Copyhang::Quota->new($self->{cpu}) : undef;
    my $status = Copyhang::Process->foreground(sub { $quota->enter if $quota }, @command);
    $quota->remove if $quota;
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

1;
