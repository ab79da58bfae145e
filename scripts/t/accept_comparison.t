#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# What `accept` makes of the cases of two kernels, without any.

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Accept::Comparison ();
use Copyhang::Accept::Text       ();
use Copyhang::Case               ();
use Golden                       qw(golden);
use Test::More;

# A case; what a verdict may have besides is behind it: refused:EINVAL, safe:woken=yes.
sub case ($id, $word) {
    my ($verdict, $more) = split /:/, $word;
    my @pairs = ['verdict', $verdict];
    push @pairs, $more =~ /(\w+)=(.*)/ ? [$1, $2] : ['errno', $more] if defined $more;
    my $ok = $verdict =~ /safe|refused|unavailable/ ? 'ok' : 'not ok';
    return Copyhang::Case->from_tap("$ok 1 $id", \@pairs);
}

# Of {id => [base, fix]}, each a word, or [the first round's, the next's]; - is none.
sub comparison ($cases, %more) {
    my %side;
    for my $id (sort keys %{$cases}) {
        for my $number (0, 1) {
            my @words = map { ref ? @{$_} : $_ } $cases->{$id}[$number];
            for my $round (grep { $words[$_] ne q{-} } 0 .. $#words) {
                push @{$side{(qw(base fix))[$number]}[$round]}, case ($id, $words[$round]);
            }
        }
    }
    $_ //= [] for map { @{$_}[0, 1] } @side{qw(base fix)};
    return Copyhang::Accept::Comparison->new(%side, %more);
}

my $ID = 'exit_group/sendfile/pty-pipe';

# [without the fix, with it, kind, exit status]
my @TABLE = (
    [qw(hang safe gone 0)],                   [qw(hang refused:EINVAL gone 0)],
    [qw(stuck safe gone 0)],                  [qw(missed safe gone 0)],
    [qw(corrupt refused:EIO gone 0)],         [qw(refused:EINVAL safe taken 1)],
    [qw(safe hang worse 1)],                  [qw(safe corrupt worse 1)],
    [qw(refused:EINVAL hang worse 1)],        [qw(hang stuck worse 1)],
    [qw(hang corrupt worse 1)],               [qw(safe refused:EINVAL refused 1)],
    [qw(refused:EINVAL refused:EIO errno 1)], [qw(safe unavailable lost 125)],
    [qw(hang broken lost 125)],               [qw(hang missed other 1)],
    [qw(hang spins other 1)],                 [qw(hang late late 1)],
    [qw(late safe late 1)],                   [qw(unavailable hang new 125)],
    [qw(- hang new 125)],                     [qw(hang - lost 125)],
    [qw(safe safe), undef, 1],                [qw(hang hang), undef, 1],
    [qw(broken unavailable), undef, 125],
);

for (@TABLE) {
    my ($from, $to, $kind, $status) = @{$_};
    my $comparison = comparison({$ID => [$from, $to]});
    my ($change) = $comparison->changes;
    is($change && $change->{kind}, $kind,   "$from -> $to: " . ($kind // 'nothing'));
    is($comparison->status,        $status, "exit $status");
}

subtest 'another look' => sub {
    my %cases =
        ($ID => ['hang', 'safe'], 'a/b/c-d' => ['safe', 'safe'], 'a/b/c-e' => ['broken', 'safe']);
    is_deeply([comparison(\%cases)->to_confirm], ['a/b/c-e', $ID], 'at what is different');
    my $unsure = comparison({$ID => [['hang', 'hang'], ['safe', 'hang']]});
    is_deeply(
        [map { @{$_}{qw(kind from to)} } $unsure->changes],
        ['unsure', 'hang', 'safe or hang'],
        'that does not agree'
    );
    is($unsure->status,                                                   1, 'decides nothing');
    is(comparison({$ID => [['hang', 'hang'], ['safe', 'safe']]})->status, 0, 'that does is enough');
};

subtest 'a fix that is to refuse' => sub {
    my %cases = ($ID => ['hang', 'refused:EINVAL'], 'a/b/c-d' => ['safe', 'refused:EINVAL']);
    is(comparison(\%cases)->status,                  1, 'is not asked for');
    is(comparison(\%cases, may_refuse => 1)->status, 0, 'or it is');
};

subtest 'promises' => sub {
    my $comparison = comparison(
        {
            'promise/a/b-c' => ['safe:promise=x',    'safe:promise=x'],
            'promise/a/b-d' => ['safe:promise=x',    'corrupt:promise=x'],
            'promise/a/b-e' => ['corrupt:promise=x', 'safe:promise=x'],
            'promise/a/b-f' => ['safe:promise=x',    'refused:EIO'],
            'wakes/a/b-c'   => ['safe:woken=yes',    'missed:woken=no'],
            'wakes/a/b-d'   => ['refused:EINVAL',    'refused:EINVAL'],
            'wakes/a/b-e'   => ['refused:EINVAL',    'refused:EAGAIN'],
        }
    );
    is_deeply(
        [$comparison->promises],
        [['bytes, counts and offsets', 3, 2], ['wake-ups', 1, 0], ['errnos of refusals', 2, 1]],
        'are counted'
    );
};

sub rates (@rates) {
    return [map { [case ("rate/sendfile/$_->[0]", "safe:bytes_per_s=$_->[1]")] } @rates];
}

my %rates = (
    base => rates(
        ['file-pipe', 8e8],
        ['file-pipe', 9e8],
        ['file-pipe', 1e9],
        ['pipe-file', 5e8],
        ['file-file', 4e8],
        ['file-file', 5e8]
    ),
    fix => rates(['file-pipe', 7e8], ['file-pipe', 8e8], ['file-file', 3e8], ['file-file', 3.3e8]),
);

subtest 'bytes per second' => sub {
    my @rates = comparison({$ID => ['hang', 'safe']}, rates => \%rates)->rates;
    is_deeply(
        \@rates,
        [
            {
                strategy => 'sendfile',
                source   => 'file',
                sink     => 'pipe',
                base     => [8e8, 9e8,   1e9],
                fix      => [7e8, 7.5e8, 8e8]
            },
            {
                strategy => 'sendfile',
                source   => 'file',
                sink     => 'file',
                base     => [4e8, 4.5e8,  5e8],
                fix      => [3e8, 3.15e8, 3.3e8]
            }
        ],
        'of both, with spread'
    );
};

my %KERNEL = (
    base => {
        name    => 'v6.1',
        commit  => 'c6e66870aaaa',
        subject => 'The source as it comes',
        release => '6.1.158'
    },
    fix => {
        name    => 'fix.patch',
        commit  => 'c6e66870aaaa',
        subject => 'pipe: wait first',
        release => '6.1.158'
    },
);

sub text ($cases, %more) {
    my $comparison = comparison($cases, rates => \%rates, %more);
    return Copyhang::Accept::Text->text(
        $comparison,
        kernels => \%KERNEL,
        who     => 'A B <ab@example.org>',
        boots   => 6,
        seconds => 61.2,
        version => '0.9.0'
    );
}

my %GOOD = (
    (map { ("$_/sendfile/pty-pipe" => ['hang', 'safe']) } qw(close exit_group)),
    'exit_group/splice/pty-pipe'  => ['hang',           'hang'],
    'exit_group/other/pty-pipe'   => ['broken',         'safe'],
    'promise/sendfile/small-pipe' => ['safe:promise=x', 'safe:promise=x'],
);
golden('accept.txt',      text(\%GOOD));
golden('accept-none.txt', text({'exit_group/splice/pty-pipe' => ['hang', 'hang']}));
golden(
    'accept-worse.txt',
    text(
        {
            %GOOD,
            'promise/sendfile/small-pipe' => ['safe:promise=x', 'corrupt:promise=x'],
            'close/late/pty-pipe'         => ['hang',           'late'],
            'close/no/pty-pipe'           => ['safe',           'refused:EINVAL'],
            'close/errno/pty-pipe'        => ['refused:EINVAL', 'refused:EIO'],
            'close/gone/pty-pipe'         => ['safe',           'unavailable:reason=no pipes'],
            'close/moody/pty-pipe'        => [['safe', 'safe'], ['hang', 'safe']],
        }
    )
);

done_testing;
