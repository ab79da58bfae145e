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

# Both wait for what does not come, most of the time: at once.
my $folder = File::Temp->newdir;
symlink $program, "$folder/$_" or die "$folder/$_: $!" for qw(copyhang-cases opens);
my %jobs = (
    'prove'        => launch('prove', '--verbose', '--exec', q{}, $program),
    'copyhang run' => start($folder, ['run', '--json', q{-}]),
);
my %outs;
for my $name (sort keys %jobs) {
    (my $status, $outs{$name}) = finish($jobs{$name});
    is($status, 1, "$name ends, with a failure");
}

# What is left are children of this process by now.
my @left = split q{ }, slurp("/proc/self/task/$$/children");
is(waitpid(-1, WNOHANG), 0, 'while processes are left');

subtest 'prove' => sub {
    my ($case) = cases($outs{'prove'});
    is($case->value('set_aside'), 1, 'the case has set it aside');
    my ($pid) = $outs{'prove'} =~ /^# set aside, no signal ends them:.* (\d+) \S+ D/m;
    ok(defined $pid, 'the program names it');
    unlike($outs{'prove'}, qr/^# set aside.*copyhang-clean/m, 'and it alone');
    like(
        $outs{'prove'},
        qr/^# still at work, to put right what was done: \d+ copyhang-clean S$/m,
        'and its cleanup process, which a signal would end, as what it is'
    );
    ok((grep { $_ == ($pid // 0) } @left), 'it is left');
    like(slurp('/proc/' . ($pid // 'self') . '/stat'), qr/[)] D /, 'in the kernel');
};

subtest 'copyhang run' => sub {
    my ($case) = @{decode_json($outs{'copyhang run'})->{cases}};
    is($case->{verdict},             'stuck', 'the case is stuck');
    is($case->{evidence}{set_aside}, 1,       'and has set it aside');
};

kill 'KILL', @left;
ok(all_gone(), 'they go when they can');

done_testing;
