#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Case ();
use Test::More;

sub from ($line, @evidence) {
    return Copyhang::Case->from_tap($line, [map { [split /=/, $_, 2] } @evidence]);
}

subtest 'a line of TAP becomes a case' => sub {
    my $case = from(
        'not ok 7 exit_group/go-1.24rc2/unix_dgram-pipe', 'verdict=hang',
        'killable=no',                                    'act_ms=183.100',
        'step=a(0)=EINVAL',                               'step=b(1)=stalled',
        'timeline=x:1 y:2',                               'copier=S',
        'copier=D',                                       'stalled=yes',
    );
    my $document = $case->document;
    is($document->{id},     'exit_group/go-1.24rc2/unix_dgram-pipe', 'id');
    is($document->{act},    'exit_group',                            'act');
    is($document->{source}, 'unix_dgram',                            'source');
    is($document->{sink},   'pipe',                                  'sink');
    is($document->{act_ms}, 183.1,                                   'a number');
    is_deeply($document->{steps}, ['a(0)=EINVAL', 'b(1)=stalled'], 'steps, in order');
    is_deeply(
        $document->{evidence},
        {timeline => 'x:1 y:2', copier => ['S', 'D']},
        'the rest is evidence, what is repeated an array'
    );
    ok($document->{stalled} && !$document->{killable}, 'yes and no are booleans');
    is($document->{errno}, undef, 'what is not there is null');
    is($case->tap_line,    'not ok 7 exit_group/go-1.24rc2/unix_dgram-pipe', 'and a line again');
};

subtest 'directives are no part of the id' => sub {
    my $skipped = from('ok 4 a/b/c-d # SKIP no /dev/fuse', 'verdict=unavailable', 'reason=no fuse');
    is($skipped->{id},     'a/b/c-d',                     'SKIP');
    is($skipped->tap_line, 'ok 4 a/b/c-d # SKIP no fuse', 'with its reason');
    my $broken = from('not ok 5 a/b/c-d # error', 'verdict=broken', 'reason=never stalled');
    is($broken->{id},     'a/b/c-d',                            'error');
    is($broken->tap_line, 'not ok 5 a/b/c-d',                   'which TAP::Parser does not know');
    is(from('ok 5 - a/b/c-d', 'verdict=safe')->{id}, 'a/b/c-d', 'nor is a dash');
    is(from('ok 5'),                                 undef,     'no id, no case');
};

subtest 'a doubtful line is broken' => sub {
    for my $doubtful (
        ['ok 1 a/b/c-d'],
        ['ok 1 a/b/c-d',     'verdict=hang'],
        ['not ok 1 a/b/c-d', 'verdict=safe'],
        ['ok 1 a/b/c-d',     'verdict=fine'],
        )
    {
        my $case = from(@{$doubtful});
        is($case->{verdict}, 'broken', join ' ', @{$doubtful});
        ok($case->is_failing, 'and fails');
        is($case->tap_line, 'not ok 1 a/b/c-d', 'in TAP too');
        ok(length $case->{reason}, "because of: $case->{reason}");
    }
};

subtest 'what is expected' => sub {
    my @table = (
        ['safe',        undef,     0, 'ok 1 a/b/c-d'],
        ['hang',        undef,     1, 'not ok 1 a/b/c-d'],
        ['safe',        'safe',    0, 'ok 1 a/b/c-d'],
        ['hang',        'hang',    0, 'not ok 1 a/b/c-d # TODO expected hang'],
        ['safe',        'hang',    1, 'ok 1 a/b/c-d # TODO expected hang'],
        ['safe',        'refused', 1, 'ok 1 a/b/c-d # TODO expected refused'],
        ['hang',        'refused', 1, 'not ok 1 a/b/c-d'],
        ['stuck',       'hang',    1, 'not ok 1 a/b/c-d'],
        ['unavailable', 'hang',    0, 'ok 1 a/b/c-d # SKIP '],
        ['broken',      'hang',    1, 'not ok 1 a/b/c-d'],
    );
    for my $row (@table) {
        my ($verdict, $expected, $fails, $line) = @{$row};
        my $not  = $verdict =~ /hang|stuck|broken/ ? 'not ' : q{};
        my $case = from("${not}ok 1 a/b/c-d", "verdict=$verdict");
        $case->expect($expected) if defined $expected;
        my $name = "$verdict, expected " . ($expected // 'nothing');
        is(!!$case->is_failing, !!$fails, "$name: " . ($fails ? 'fails' : 'passes'));
        is($case->tap_line,     $line,    $name);
    }
};

done_testing;
