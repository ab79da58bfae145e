#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Many cases again and again while four busy processes per CPU want it too: each verdict is what it
# is on an idle machine. Which cases, chance decides. In the environment: SAMPLE_SEED=N repeats it;
# SAMPLE_RUNS=N for other than 4 runs, SAMPLE_SIZE=N of other than 150 cases, and
# SAMPLE_ONLY='GLOB...' of those only, for a long trial.
#
# sample: 4 runs of 150 cases, instead of 20 of 300

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Fake       qw(slurp);
use List::Util qw(shuffle);
use Real       qw(program launch play verdicts adopt_orphans comes_true all_gone);
use Test::More;

my $is_all  = ($ENV{COPYHANG_CASES} // q{}) eq 'all';
my $RUNS    = $ENV{SAMPLE_RUNS} // ($is_all ? 20  : 4);
my $SAMPLE  = $ENV{SAMPLE_SIZE} // ($is_all ? 300 : 150);
my @ONLY    = map { ('--only', $_) } split q{ }, $ENV{SAMPLE_ONLY} // q{};
my $PER_CPU = 4;

# Several, not one with several workers: launch() gives each a session of its own. Where the
# kernel lets sessions share the CPUs (sched_autogroup), one would be hardly a load. They end with
# this test, whatever becomes of it.
my @STRESS = qw(setpriv --pdeathsig KILL stress-ng --quiet --timeout 7200 --cpu 1);

plan skip_all => 'no stress-ng' if system('stress-ng --version >/dev/null 2>&1') != 0;

adopt_orphans();
my $seed = srand($ENV{SAMPLE_SEED} // time);
diag("SAMPLE_SEED=$seed");
open my $list, '-|', program(), '--list', @ONLY or die $!;
chomp(my @ids = <$list>);
my @sample = map { ('--only', $_) } grep { defined } (shuffle @ids)[0 .. $SAMPLE - 1];
my (undef, @idle) = play(program(), @sample);
my $idle = verdicts(@idle);
ok(keys %{$idle} > 0, 'there are cases');

chomp(my $cpus = qx{nproc});
my @load = map { launch(@STRESS)->{pid} } 1 .. $PER_CPU * $cpus;

END {
    kill 'KILL', map { -$_ } @load;
}
ok(comes_true(\&all_busy), @load . ' processes are busy');

for my $run (1 .. $RUNS) {
    my (undef, @cases) = play(program(), @sample);
    my @differ = grep { $_->{verdict} ne $idle->{$_->{id}} } @cases;
    is(@cases - @differ, keys %{$idle}, "run $run");
    diag("$_->{id}, not $idle->{$_->{id}}:\n", join "\n", $_->evidence_lines) for @differ;
}

ok(comes_true(\&all_busy), 'they still are');
kill 'KILL', map { -$_ } splice @load;
ok(all_gone(), 'and are gone now');

done_testing;

# In each of their sessions something runs, or wants to.
sub all_busy () {
    my %busy;
    for my $file (glob '/proc/[0-9]*/stat') {
        my $stat = eval { slurp($file) } // next;
        $busy{$1} = 1 if $stat =~ /[)] R \d+ \d+ (\d+)/;
    }
    return !grep { !$busy{$_} } @load;
}
