# SPDX-License-Identifier: GPL-2.0-only
package Real;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Case  ();
use Copyhang::Place ();
use Exporter 'import';
use Fake        qw(finish);
use File::Temp  ();
use POSIX       qw(WNOHANG);
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC sleep);

our @EXPORT_OK =
    qw(system_call program launch play cases verdicts adopt_orphans comes_true all_gone);

require 'syscall.ph';

my $PR_SET_CHILD_SUBREAPER = 36;
my $TICK                   = 0.02;    # s

sub system_call ($name) {
    return __PACKAGE__->can("SYS_$name")->();
}

# All cases in one program.
sub program () {
    return Copyhang::Place->programs . '/copyhang-cases';
}

# In a session of its own, for Fake's finish.
sub launch (@command) {
    my %job = (out => File::Temp->new, err => File::Temp->new);
    $job{pid} = fork // die "fork: $!";
    return \%job if $job{pid};
    POSIX::setsid();
    open STDOUT, '>&', $job{out};
    open STDERR, '>&', $job{err};
    exec {$command[0]} @command or POSIX::_exit(99);
}

# (exit status or "signal N", its cases)
sub play (@command) {
    my ($status, $out) = finish(launch(@command));
    return ($status, cases($out));
}

sub cases ($tap) {
    my @tests;
    for (split /\n/, $tap) {
        if (/\A(?:not )?ok\b/) { push @tests, [$_, []] }
        elsif (@tests && /\A#   ([^=]+)=(.*)\z/) { push @{$tests[-1][1]}, [$1, $2] }
    }
    return map { Copyhang::Case->from_tap(@{$_}) } @tests;
}

# By id.
sub verdicts (@cases) {
    return {map { $_->{id} => $_->{verdict} } @cases};
}

# From now on a process whose parent is gone becomes a child of this one.
sub adopt_orphans () {
    syscall(system_call('prctl'), $PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 or die "prctl: $!";
    return;
}

# Return: whether it came about.
sub comes_true ($seconds, $done) {
    my $deadline = clock_gettime(CLOCK_MONOTONIC) + $seconds;
    while (!$done->()) {
        return 0 if clock_gettime(CLOCK_MONOTONIC) >= $deadline;
        sleep $TICK;
    }
    return 1;
}

# Whether all children end, and all orphans.
sub all_gone ($seconds) {
    return comes_true(
        $seconds,
        sub {
            my $pid;
            do { $pid = waitpid -1, WNOHANG } while $pid > 0;
            return $pid < 0;
        }
    );
}

1;

__END__

=head1 NAME

Real - the compiled case programs, for tests on the running kernel

=head1 SYNOPSIS

    my ($status, @cases) = play(program(), '--only', 'exit_group/*');
    is(verdicts(@cases)->{'exit_group/sendfile/pty-pipe'}, 'hang');

=cut
