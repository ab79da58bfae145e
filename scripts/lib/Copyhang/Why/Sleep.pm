# SPDX-License-Identifier: GPL-2.0-only
#
# What a task sleeps for, by the kernel's functions that it is in: its stack, which root alone may
# read, or the innermost of them (/proc/PID/wchan).
package Copyhang::Why::Sleep;

use v5.36;
use Exporter 'import';
use List::Util qw(any);

our @EXPORT_OK = qw(waits_for_lock waits_in_pipe waits_for_fuse waits_for_freeze freezes
    is_idle_worker waits_for_fault shown);
our %EXPORT_TAGS = (all => \@EXPORT_OK);

# Uninterruptibly asleep in one of these it waits for a pipe's lock: fs/pipe.c and fs/splice.c sleep
# so for nothing else. The functions of locks themselves are never shown.
my $PIPE =
    qr/\A(?:(?:anon_|fifo_)?pipe_(?!poll)\w+ | fifo_open | __?pipe_lock | wait_for_partner)\z/x;
my $SPLICE = qr{\A(?:
    (?:__)?do_(?:splice|tee) | (?:__do_|__x64_|__se_)sys_(?:splice|tee|vmsplice) | do_vmsplice |
    (?:splice_file|vmsplice|iter)_to_pipe | vmsplice_to_user |
    splice_from_pipe(?:_next)? | __splice_from_pipe | iter_file_splice_write | splice_to_socket |
    splice_pipe_to_pipe | generic_splice_sendpage | [io]pipe_prep | link_pipe | do_sendfile |
    do_splice_to | get_pipe_info | io_(?:splice|tee)
)\z}x;

my $FUSE     = qr/\A(?:fuse_|__fuse_|cuse_|request_wait_answer\z|wait_answer_interruptible\z)/;
my $FREEZE   = qr/\A(?:percpu_rwsem_wait|__percpu_down_read|__sb_start_write|sb_wait_write)\z/;
my $FREEZING = qr/\A(?:freeze_super|sb_wait_write|wait_for_partially_frozen|ioctl_fsfreeze)\z/;
my $FAULT = qr/\A(?:handle_userfault|handle_mm_fault|__handle_mm_fault|do_fault|filemap_fault)\z/;

sub _innermost ($task) {
    return $task->{stack}[0] // ($task->{wchan} // q{}) =~ s/[.](?:constprop|isra|part|cold).*//r;
}

sub _any_of ($task, $pattern) {
    return any { /$pattern/ } _innermost($task), @{$task->{stack}};
}

# For the lock of a pipe; who waits for bytes or for room sleeps interruptibly.
sub waits_for_lock ($task) {
    return $task->{state} eq 'D' && _innermost($task) =~ /$PIPE|$SPLICE/;
}

# In a pipe, with its lock or without: who sleeps here does not hold it.
sub waits_in_pipe ($task) { return _innermost($task) =~ $PIPE }

sub waits_for_fuse ($task) { return _any_of($task, $FUSE) }

sub waits_for_freeze ($task) { return _any_of($task, $FREEZE) }

sub freezes ($task) { return _any_of($task, $FREEZING) }

# In a page fault: its stack tells, or that it waits for a userfaultfd.
sub waits_for_fault ($task) { return _any_of($task, $FAULT) }

# A thread of io_uring's that has nothing to do.
sub is_idle_worker ($task) {
    return _innermost($task) =~ /\Aio_(?:wq_worker|wqe_worker|sq_thread)\z/;
}

# To people: where it sleeps.
sub shown ($task) { return $task->{wchan} // $task->{stack}[0] // 'unknown' }

1;
