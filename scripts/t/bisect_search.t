#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# The searches and the judgement of a bisection, without a kernel.

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Bisect::Commits  ();
use Copyhang::Tree::Repository ();
use Copyhang::Bisect::Search   ();
use Copyhang::Bisect::State    ();
use Copyhang::Bisect::Verdicts ();
use Fake                       qw(spew slurp);
use File::Temp                 ();
use Golden                     qw(golden_session);
use List::Util                 qw(uniq);
use POSIX                      qw(ceil);
use Test::More;
use ToyTree qw(git);

my $COUNT = 40;    # in a row, at most

# Among so many in a row.
sub row ($count) {
    return Copyhang::Bisect::Search->new(good => [0], bad => $count - 1);
}

# Looks among as many as there are letters: g is good, b is bad, s is one that does not tell.
# Returns the search, and the numbers it looked at.
sub search ($row) {
    my $search = row(length $row);
    my @looks;
    while (defined(my $number = $search->next)) {
        die "looks at $number again, in $row\n" if grep { $_ == $number } @looks;
        push @looks, $number;
        $search->learn($number, {g => 'good', b => 'bad', s => 'skip'}->{substr $row, $number, 1});
    }
    return ($search, @looks);
}

subtest 'one transition, anywhere' => sub {
    my (@wrong, @slow, @surprised);
    for my $count (2 .. $COUNT) {
        my $limit = ceil(log($count) / log 2);
        for my $first_bad (1 .. $count - 1) {
            my $row   = ('g' x $first_bad) . ('b' x ($count - $first_bad));
            my $steps = row($count)->steps_left;
            my ($search, @looks) = search($row);
            push @wrong,     $row if $search->bad != $first_bad || $search->good != $first_bad - 1;
            push @slow,      $row if @looks > $limit;
            push @surprised, $row if @looks > $steps;
        }
    }
    is_deeply(\@wrong,     [], 'is found');
    is_deeply(\@slow,      [], 'in ceil(log2 n) looks');
    is_deeply(\@surprised, [], 'and no more than was said');
};

# All ways to skip among ten.
subtest 'some do not tell, any of them' => sub {
    my (@wrong, @many);
    for my $first_bad (1 .. 9) {
        for my $mask (0 .. 255) {
            my $row = ('g' x $first_bad) . ('b' x (10 - $first_bad));
            $mask & 1 << $_ and substr $row, $_ + 1, 1, 's' for 0 .. 7;
            my ($good, $between, $bad) = $row =~ /\A(.*g)(s*)(b.*)\z/ or die $row;
            my ($search, @looks) = search($row);
            push @wrong, $row
                if $search->good != length($good) - 1
                || $search->bad != length "$good$between"
                || $search->skipped != length $between;
            push @many, $row if $row !~ /s/ && @looks > 4;
        }
    }
    is_deeply(\@wrong, [], 'what is known is said, and what is not');
    is_deeply(\@many,  [], 'and without skips it is as quick as ever');
};

subtest 'many in a row do not tell' => sub {
    my $row = ('g' x 20) . ('s' x 30) . ('b' x 50);
    my ($search, @looks) = search($row);
    is_deeply([$search->good, scalar $search->skipped, $search->bad], [19, 30, 50], 'said so');
    ($search, @looks) = search(('g' x 20) . ('b' x 15) . ('s' x 30) . ('b' x 35));
    is($search->bad, 20, 'out of the way they are no harm');
    cmp_ok(scalar @looks, '<', 12, 'and are left soon');
};

# A history with a branch; what each commit has behind it, itself included.
sub history ($tree) {
    my $number = 0;
    my $commit = sub () { git($tree, qw(commit --quiet --allow-empty --message), ++$number) };
    git($tree, qw(init --quiet --initial-branch=main));
    $commit->() for 1 .. 3;
    git($tree, qw(checkout --quiet -b side));
    $commit->() for 1 .. 4;
    git($tree, qw(checkout --quiet main));
    $commit->() for 1 .. 3;
    git($tree, qw(merge --quiet --no-ff --message merge side));
    $commit->() for 1 .. 2;
    return {
        map {
            $_ => {map { $_ => 1 } git($tree, 'rev-list', $_)}
        } git($tree, qw(rev-list main))
    };
}

subtest 'commits' => sub {
    my $tree    = File::Temp->newdir;
    my $behind  = history($tree);
    my @commits = git($tree, qw(rev-list --topo-order --reverse main));
    my %range   = (repository => Copyhang::Tree::Repository->new("$tree"), paths => []);
    for my $skip ([], [@commits[4, 5]], [@commits[1 .. $#commits - 1]]) {
        my %skip = map { $_ => 1 } @{$skip};
        my (@wrong, @slow);
        for my $culprit (@{$skip} ? @commits[3, 5, 9] : @commits[1 .. $#commits]) {
            my $search = Copyhang::Bisect::Commits->new(
                %range,
                good => [$commits[0]],
                bad  => $commits[-1]
            );
            my %looks;
            while (defined(my $commit = $search->next)) {
                die "looks at $commit again\n" if $looks{$commit}++;
                $search->learn($commit,
                    $skip{$commit} ? 'skip' : $behind->{$commit}{$culprit} ? 'bad' : 'good');
            }
            my @suspects = ($search->skipped, $search->bad);
            push @wrong, $culprit if !grep { $_ eq $culprit } @suspects;
            push @wrong, grep { $_ ne $culprit && !$skip{$_} } @suspects[0 .. $#suspects - 1];
            push @wrong, $search->good if $behind->{$search->good}{$culprit};
            push @slow,  $culprit if !@{$skip} && keys %looks > 1 + ceil(log(@commits - 1) / log 2);
        }
        is_deeply([\@wrong, \@slow], [[], []],
            @{$skip} . ' do not tell: the culprit is not missed');
    }
};

sub seen ($verdict, $reason = undef) {
    return {name => "k-$verdict", verdict => $verdict, reason => $reason};
}

# What comes of $verdict between these ends.
sub judged ($option, $good, $bad, $verdict) {
    my $verdicts = Copyhang::Bisect::Verdicts->new($option);
    $verdicts->take_ends($good, $bad);
    return join ': ', grep { defined } @{$verdicts->judge(seen($verdict))}{qw(answer why)};
}

subtest 'verdicts' => sub {
    my @ends = map { seen($_) } qw(refused hang);
    my @rows = (
        ['what the ends show', {}, @ends, 'refused', 'good'],
        ['what the ends show', {}, @ends, 'hang',    'bad'],
        ['neither',            {}, @ends, 'safe',    'skip: safe is neither good nor bad'],
        ['any change', {'any-change' => 1},                @ends,          'safe',    'bad'],
        ['any change', {'any-change' => 1},                @ends,          'refused', 'good'],
        ['a list',     {'good-verdict' => 'refused,safe'}, @ends,          'safe',    'good'],
        ['a list',     {'bad-verdict' => 'hang,stuck'},    @ends,          'stuck',   'bad'],
        ['a fix',      {'good-verdict' => 'hang'},         reverse(@ends), 'refused', 'bad'],
        ['late is not trusted', {}, @ends, 'late', 'skip: late, which may be due to this machine'],
        ['late, but asked for', {'bad-verdict' => 'hang,late'}, @ends, 'late', 'bad'],
    );
    for my $row (@rows) {
        my ($name, $option, $good, $bad, $verdict, $expected) = @{$row};
        is(judged($option, $good, $bad, $verdict), $expected, $name);
    }
    golden_session(
        'bisect-ends-refused.txt',
        sub ($good, $bad, %option) {
            my @seen = map { seen(split /:/) } $good, $bad;
            eval { Copyhang::Bisect::Verdicts->new(\%option)->take_ends(@seen) };
            return ($@->status, q{}, $@->message . "\n");
        },
        [
            [qw(hang hang)],
            [qw(refused hang bad-verdict stuck)],
            [qw(refused hang good-verdict hang)],
            [qw(refused hang bad-verdict), 'refused,hang'],
            [qw(refused hang good-verdict hang bad-verdict hang)],
            [qw(refused hang good-verdict fine)],
            [qw(refused hang bad-verdict broken)],
            [qw(late late)],
            [qw(refused hang:panic)],
        ]
    );
    my %exit = map { $_ => Copyhang::Bisect::Verdicts->exit_status($_) } qw(good bad skip);
    is_deeply(\%exit, {good => 0, bad => 1, skip => 125}, 'exit statuses of git bisect run');
};

subtest 'state' => sub {
    my $cache = File::Temp->newdir;
    local $ENV{XDG_CACHE_HOME} = "$cache";
    my $state = Copyhang::Bisect::State->new('case', 'good', 'bad');
    ok(!defined $state->read, 'none yet');
    $state->open(0);
    $state->add({identity => $_, verdict => 'hang'}) for qw(one two);
    my $other = Copyhang::Bisect::State->new('case', 'good', 'bad');
    ok(!eval { $other->open(1); 1 }, 'one process at a time');
    is($@->message, 'another process is at the same bisection', 'is what it says');
    undef $state;

    my ($file) = glob "$cache/copyhang/bisects/*";
    spew($file, slurp($file), '{"identity": "thr');
    $state = Copyhang::Bisect::State->new('case', 'good', 'bad');
    $state->open(1);
    $state->add({identity => 'three', verdict => 'safe'});
    undef $state;
    my @seen = Copyhang::Bisect::State->new('case', 'good', 'bad')->read->seen;
    is_deeply([map { $_->{identity} } @seen],
        [qw(one two three)], 'half a line is no harm to those around it');
    ok(!defined Copyhang::Bisect::State->new('case', 'good', 'worse')->read,
        'others have their own');
    $state = Copyhang::Bisect::State->new('case', 'good', 'bad');
    $state->open(0);
    is_deeply([$state->seen], [], 'begun anew it is empty');
};

done_testing;
