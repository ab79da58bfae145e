# SPDX-License-Identifier: GPL-2.0-only
package Real;

use v5.36;

use Copyhang::Case  ();
use Copyhang::Paths ();
use Digest::MD5     qw(md5);
use Exporter 'import';
use Fake        qw(finish slurp spew);
use File::Temp  ();
use POSIX       qw(WNOHANG);
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC sleep);

our @EXPORT_OK =
    qw(system_call program planted launch play interrupted cases verdicts some_cases adopt_orphans
    comes_true all_gone family listens);

require 'syscall.ph';

my $PR_SET_CHILD_SUBREAPER = 36;
my $TICK                   = 0.02;    # s

sub system_call ($name) {
    return __PACKAGE__->can("SYS_$name")->();
}

# All cases in one program.
sub program () {
    return Copyhang::Paths->programs . '/copyhang-cases';
}

# A program that is there for tests only.
sub planted ($name) {
    return Copyhang::Paths->programs . "/../../planted/$name";
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

# Sends the signal to each of so many processes, made by $launch->(COMMAND...) of what it gets, which is
# to be followed by the command that is to be interrupted. The moments are system calls, counted, and
# spread over all that such a process makes; it is always one that is met. Returns for each what
# finish() does, with the moment, and whether all processes have gone.
sub interrupted ($signal, $moments, $launch) {
    my $count = File::Temp->new;
    my @all   = ($count->filename, $signal);
    my $play  = sub ($moment) {
        my @end = finish($launch->(planted('interrupt'), @all, $moment));
        return (slurp($count->filename) + 0, @end, all_gone());
    };
    my ($whole) = $play->(-1);
    my $least = $whole / 10;      # all that ends by itself this early heeds no signal
    return map {
        my ($moment, $passed, @end);
        do
        { # one that makes fewer calls than the one before, and has come to its end, has other moments
            $moment = int $whole * $_ / $moments;
            ($passed, @end) = $play->($moment);
            $whole = $passed if $end[0] =~ /\A\d+\z/;
        } while $end[0] =~ /\A\d+\z/ && $whole > $least;
        {
            moment => "$moment of $whole",
            status => $end[0],
            out    => $end[1],
            err    => $end[2],
            gone   => $end[3]
        };
    } 0 .. $moments - 1;
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

# Options of the case programs for all cases of @only, or for a sample of them: those that match, and
# a case at least with any two that go together of acts, strategies, sources and sinks; always the
# same. COPYHANG_CASES in the environment (all, sample) says which; else it is $usually.
sub some_cases ($usually, $match = qr/(?!)/, @only) {
    return @only if ($ENV{COPYHANG_CASES} // $usually) eq 'all';
    my (undef,   $list) = finish(launch(program(), '--list', @only));
    my (@sample, %seen);
    for my $id (sort { md5($a) cmp md5($b) } split /\n/, $list) {    # in no order: that takes fewer
        my @parts = $id =~ m{\A([^/]+)/([^/]+)/(\w+)-(\w+)\z};
        my @pairs = map {
            my $i = $_;
            map { "$i $parts[$i] $_ $parts[$_]" } $i + 1 .. $#parts
        } 0 .. $#parts;
        push @sample, "$id\n" if $id =~ $match || grep { !$seen{$_} } @pairs;
        @seen{@pairs} = (1) x @pairs;
    }
    state @files;
    push @files, my $ids = File::Temp->new;
    spew($ids->filename, @sample);
    chmod oct 644, $ids->filename;
    return ('--ids', $ids->filename);
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

# A process, and all that it has started and that is not an orphan.
sub family ($pid) {
    my %parent =
        map {
              (eval { slurp($_) } // q{}) =~ /\A(\d+) [(].*[)] \S (\d+)/s
            ? ($1 => $2)
            : ()
        } glob '/proc/[0-9]*/stat';
    my %is_ours = ($pid => 1);
    while (my @more = grep { !$is_ours{$_} && $is_ours{$parent{$_}} } keys %parent) {
        @is_ours{@more} = (1) x @more;
    }
    return keys %is_ours;
}

# Where these can be connected to: addresses of TCP, as /proc has them.
sub listens (@pids) {
    my %is_ours = map { (readlink($_) // q{}) =~ /\Asocket:\[(\d+)\]\z/ ? ($1 => 1) : () }
        map { glob "/proc/$_/fd/*" } @pids;
    my @lines = map { [split] } map { split /\n/, slurp("/proc/self/net/$_") } qw(tcp tcp6);
    return map { $_->[1] } grep { $_->[3] eq '0A' && $is_ours{$_->[9]} } @lines;
}

# Return: whether it came about, or was given up.
sub comes_true ($done) {
    my $deadline = clock_gettime(CLOCK_MONOTONIC) + $Fake::LIMIT;
    while (!$done->()) {
        return 0 if clock_gettime(CLOCK_MONOTONIC) >= $deadline;
        sleep $TICK;
    }
    return 1;
}

# Whether all children end, and all orphans.
sub all_gone () {
    return comes_true(
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
