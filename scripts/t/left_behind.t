#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# A case program leaves a process behind that nothing can end as long as a server lives, which is left
# as well, and its cleanup process. Nobody waits for them, and they are named.

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Paths  ();
use Cwd              qw(abs_path);
use Fake             qw(start finish slurp);
use File::Temp       ();
use Cpanel::JSON::XS qw(decode_json);
use POSIX            qw(WNOHANG);
use Real             qw(launch cases adopt_orphans all_gone);
use Test::More;

my $program = abs_path(Copyhang::Paths->programs . '/../../planted/leave_behind');
plan skip_all => 'needs root, to mount FUSE' if $> != 0;
plan skip_all => 'no FUSE'                   if !-e '/dev/fuse';
plan skip_all => 'cannot mount out of sight, as in a chroot'
    if system('unshare --mount mount --make-rprivate / 2>/dev/null') != 0;
adopt_orphans();

# Does it end, and is there a process of its then that has not? Returns its output.
sub leaves_one_behind ($job) {
    my ($status, $out) = finish($job);
    is($status,              1, 'ends, with a failure');
    is(waitpid(-1, WNOHANG), 0, 'while a process is left');
    return $out;
}

# Both are children of this process by now.
sub end_what_is_left () {
    kill 'KILL', split q{ }, slurp("/proc/self/task/$$/children");
    ok(all_gone(), 'which goes when it can');
    return;
}

subtest 'prove' => sub {
    my $out = leaves_one_behind(launch('prove', '--verbose', '--exec', q{}, $program));
    my ($case) = cases($out);
    is($case->value('set_aside'), 1, 'the case has set it aside');
    my ($pid) = $out =~ /^# set aside, no signal ends them:.* (\d+) \S+ D/m;
    ok(defined $pid, 'the program names it');
    unlike($out, qr/^# set aside.*copyhang-clean/m, 'and it alone');
    like(
        $out,
        qr/^# still at work, to put right what was done: \d+ copyhang-clean S$/m,
        'and its cleanup process, which a signal would end, as what it is'
    );
    like(slurp('/proc/' . ($pid // 'self') . '/stat'), qr/[)] D /, 'it is in the kernel');
    end_what_is_left();
};

subtest 'copyhang run' => sub {
    my $folder = File::Temp->newdir;
    symlink $program, "$folder/$_" or die "$folder/$_: $!" for qw(copyhang-cases opens);
    my $out = leaves_one_behind(start($folder, ['run', '--json', q{-}]));
    my ($case) = @{decode_json($out)->{cases}};
    is($case->{verdict},             'stuck', 'the case is stuck');
    is($case->{evidence}{set_aside}, 1,       'and has set it aside');
    end_what_is_left();
};

done_testing;
