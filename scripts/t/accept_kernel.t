#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Fixes of a real kernel, good ones and bad ones: the distribution's source, and patches made here.
#
# long: left out, since it builds kernels

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Paths  ();
use Cpanel::JSON::XS ();
use Fake             qw(start finish slurp spew);
use File::Temp       ();
use KernelSource     qw(source source_tree refuse_pipes panic);
use Test::More;
use ToyTree qw(git);

# s; a kernel is built once, which takes minutes on two processors, and longer on busy ones.
local $Fake::LIMIT = 3600;

# What is played: sendfile and splice into pipes and elsewhere, and what is promised of them.
my @ONLY = map { ('--only', $_) }
    (map { ("exit_group/$_/*", "promise/$_/*") } qw(read_write sendfile splice go-1.24rc2)),
    (map { "wakes_read/$_/*" } qw(read_write sendfile splice));

# Waits for the source before it locks the pipe; not if IMPATIENT.
my $WAIT = <<'C';
#include <linux/poll.h>

extern int poll_schedule_timeout(struct poll_wqueues *, int, ktime_t *, unsigned long);

static long wait_for_input(struct file *in, unsigned int flags)
{
	struct poll_wqueues table;
	long ret = 0;

	poll_initwait(&table);
	while (!ret && !(vfs_poll(in, &table.pt) & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))) {
		if (IMPATIENT)
			ret = -EAGAIN;
		else if (signal_pending(current))
			ret = -ERESTARTSYS;
		else
			poll_schedule_timeout(&table, TASK_INTERRUPTIBLE, NULL, 0);
		table.pt._qproc = NULL;
	}
	poll_freewait(&table);
	return ret;
}

C
my $WAITING = "\tret = wait_for_input(in, flags);\n\tif (ret)\n\t\treturn ret;\n";

# What a fix does to files that waits, unless that C is true.
sub polls ($impatient) {
    my $wait = $WAIT =~ s/IMPATIENT/$impatient/r;
    return (
        'fs/select.c' => sub ($text) {
            $text =~ s/^static (int poll_schedule_timeout\([^)]*\))/$1;\n$1/m
                or die 'no such poll';
            return $text;
        },
        'fs/splice.c' => sub ($text) {
            $text =~
                s/^((?:long|ssize_t) splice_file_to_pipe\(.*?)(?=^\tpipe_lock)/$wait$1$WAITING/ms
                or die 'no such splice';
            return $text;
        },
    );
}
my %POLLS = polls('in->f_flags & O_NONBLOCK');

sub lose_a_byte ($text) {
    $text =~ s/(retval = $KernelSource::TO_PIPE;)/$1\n\t\tif (retval > 1)\n\t\t\tretval--;/
        or die 'no such do_sendfile';
    return $text;
}

# What a fix does to files.
my %FIX = (
    refuse  => {'fs/read_write.c' => \&refuse_pipes},
    poll    => \%POLLS,
    hasty   => {polls('(in->f_flags & O_NONBLOCK) || (flags & SPLICE_F_NONBLOCK)')},
    promise => {%POLLS, 'fs/read_write.c' => \&lose_a_byte},
    nothing => {'fs/stack.c'              => sub ($text) { "/* A word. */\n$text" }},
    syntax  => {'fs/nsfs.c'               => sub ($text) { "$text\nint planted(void)\n" }},
    panic   => {'init/main.c'             => \&panic},
);

my $source = source();
plan skip_all => 'no source of a kernel in /usr/src (package linux-source)' if !defined $source;

my $place = File::Temp->newdir;
my $tree  = source_tree($source, "$place/tree");
my $base  = git($tree, qw(rev-parse HEAD));
for my $name (keys %FIX) {
    git($tree, qw(checkout --quiet --detach), $base);
    spew("$tree/$_", $FIX{$name}{$_}->(slurp("$tree/$_"))) for keys %{$FIX{$name}};
    git($tree, qw(commit --quiet --all --message), "A fix: $name");
    spew("$place/$name.patch",
        map { "$_\n" } git($tree, qw(format-patch -1 --stdout --no-signature)));
}
spew("$place/stale.patch", slurp("$place/refuse.patch") =~ s/in[.]file/other.file/r);

# What was compiled is kept for the next time, as with any kernel that is built here.
local $ENV{CCACHE_DIR} //= ($ENV{XDG_CACHE_HOME} // "$ENV{HOME}/.cache") . '/ccache';
local $ENV{XDG_CACHE_HOME} = "$place/cache";

# (exit status, what --json says, what it says on standard error)
sub accept_fix ($name, @more) {
    my @fix = ('--git', $tree, '--base', $base, '--fix', "$place/$name.patch");
    my ($status, $out, $err) =
        finish(start(Copyhang::Paths->programs, ['accept', @fix, @ONLY, '--json', q{-}, @more]));
    return ($status, eval { Cpanel::JSON::XS->new->decode($out) } // {}, $err);
}

# What became of a case, "hang -> safe", with the kind of the change.
sub change_of ($found, $id) {
    my ($change) = grep {
        grep { $_ eq $id }
            @{$_->{ids}}
    } @{$found->{changes}};
    return $change ? "$change->{kind}: $change->{from} -> $change->{to}" : 'none';
}

my $CASE = 'exit_group/sendfile/pty-pipe';

subtest 'sendfile refuses pipes' => sub {
    my ($status, $found, $err) = accept_fix('refuse', '--may-refuse', '--repeat', 2);
    is($status,                  0, 'is accepted, if that is what is meant') or diag($err);
    is(change_of($found, $CASE), 'gone: hang -> refused (EINVAL)', 'the hang is gone');
    my ($rate) = grep { $_->{strategy} eq 'read_write' } @{$found->{rates}};
    cmp_ok($rate->{base}[0], '>', 0, 'and it is told how quick read and write are');
    is((accept_fix('refuse', '--no-rates'))[0], 1, 'else files cannot be sent any more');
};

subtest 'the pipe is locked once there is input' => sub {
    my ($status, $found, $err) = accept_fix('poll', '--no-rates');
    is($status,                  0,                    'is accepted') or diag($err);
    is(change_of($found, $CASE), 'gone: hang -> safe', 'the hang is gone');
};

# The pipes of libfuse's servers do not block, but wait for requests all the same.
subtest 'it is locked then, and a pipe that does not block does not wait' => sub {
    my ($status, $found, $err) = accept_fix('hasty', '--no-rates');
    is($status,                  1,                    'is not accepted') or diag($err);
    is(change_of($found, $CASE), 'gone: hang -> safe', 'though the hang is gone');
    is(
        change_of($found, 'exit_group/read_write/fuse_splice-pipe'),
        'lost: safe -> broken',
        'a FUSE server that splices has ended'
    );
};

subtest 'a promise is broken' => sub {
    my ($status, $found, $err) = accept_fix('promise', '--no-rates');
    is($status,                  1,                    'is not accepted') or diag($err);
    is(change_of($found, $CASE), 'gone: hang -> safe', 'though the hang is gone');
    ok((grep { $_->{kind} eq 'worse' && $_->{to} eq 'corrupt' } @{$found->{changes}}),
        'what is corrupt now');
    ok((grep { $_->{hold} < $_->{held} } @{$found->{promises}}), 'and what was promised');
};

my ($status, $found) = accept_fix('nothing', '--no-rates');
is($status,          1, 'one that does nothing is not accepted');
is($found->{better}, 0, 'and it is said that it does nothing');

my %SAID = (
    stale =>
        qr/fix \(stale[.]patch\): stale[.]patch does not apply: patch failed: fs\/read_write[.]c/,
    syntax => qr/fix \(syntax[.]patch\): make \w+ failed: fs\/nsfs[.]c:.* error: /,
    panic  => qr/fix \(panic[.]patch\): panic: .*planted: it does not boot/,
);
for my $name (sort keys %SAID) {
    my ($end, undef, $err) = accept_fix($name, '--no-rates');
    is($end, 125, "$name: cannot be told");
    like($err, $SAID{$name}, 'and why');
}

done_testing;
