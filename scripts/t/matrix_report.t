#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Case              ();
use Copyhang::Document          ();
use Copyhang::Html              ();
use Copyhang::Matrix::Baselines ();
use Copyhang::Matrix::Changes   ();
use Copyhang::Matrix::Report    ();
use Copyhang::Matrix::Results   ();
use Copyhang::Product           qw(products product_of);
use Fake                        qw(slurp spew);
use File::Temp                  ();
use JSON::PP                    qw(decode_json);
use Test::More;

my $place = File::Temp->newdir;

# The verdicts of kernels: id => "safe hang -". Known cases that no kernel has are '-'.
sub results ($verdicts, @kernels) {
    my @results;
    for my $number (0 .. $#kernels) {
        my ($name, $version, %more) = @{$kernels[$number]};
        my @cases;
        for my $id (sort keys %{$verdicts}) {
            my $verdict = (split q{ }, $verdicts->{$id})[$number] // q{-};
            next if $verdict eq q{-};
            my $ok = $verdict =~ /safe|refused|unavailable/ ? 'ok' : 'not ok';
            push @cases,
                Copyhang::Case->from_tap("$ok 1 $id", [['verdict', $verdict], ['stalled', 'yes']]);
        }
        push @results,
            {
            name        => $name,
            release     => "$version-cloud",
            version     => $version,
            machine     => 'x86_64',
            accelerator => 'tcg',
            outcome     => 'complete',
            seconds     => {boot => 1, cases => 2, total => 3.5},
            cases       => \@cases,
            troubles    => [],
            %more,
            };
    }
    return Copyhang::Matrix::Results->new(@results)
        ->with(changes => changes(), selection => Whole->new);
}

my @KERNELS = (
    ['debian:5.10', '5.10.262-1'],
    ['debian:6.1',  '6.1.192-2'],
    ['debian:7.3',  '7.3.4-1~bpo13+1']
);

spew("$place/changes", <<'CHANGES');
# a comment
5.12  b964bf53e540  bisected  refused  hang  */send*/pty,unix-pipe  teach sendfile
6.5   c6585011bc1d  guess     *        *     */sendfile/*-*         another one
6.1.192  0123456789ab  read  *  *  */edge/*-*  just there
5.19  abcdef012345  guess     safe     hang  */vague/*-*            who knows
5.19  fedcba987654  read      safe     hang  exit/vague/pty-pipe    in part
CHANGES

sub changes () {
    return Copyhang::Matrix::Changes->new("$place/changes");
}

sub report ($results, %argument) {
    return Copyhang::Matrix::Report->text($results, %argument);
}

subtest 'products' => sub {
    my @ids = map {
        my $act = $_;
        map {
            my $strategy = $_;
            map { "$act/$strategy/$_" } qw(pty-pipe unix-pipe pty-file)
        } qw(a-b c)
    } qw(exit close);
    is_deeply([products(@ids)], ['exit,close/a-b,c/pty-pipe,file', 'exit,close/a-b,c/unix-pipe'],
        'few words');
    my $missing = shift @ids;
    my @again   = map { product_of($_) } products(@ids);
    is_deeply([sort @again],           [sort @ids], 'and just these ids, without ' . $missing);
    is_deeply([product_of('a/b/c-d')], ['a/b/c-d'], 'one id is its own product');
    is_deeply([products()],            [],          'nothing');
    srand 1;

    for my $round (1 .. 50) {
        my @some = grep { rand > 0.4 } map {
            my $act = $_;
            map {
                my $s = $_;
                map { "a$act/s$s/$_" } qw(p-q p-r x-q x-r y-z)
            } 1 .. 4
        } 1 .. 4;
        my @expanded = sort map { product_of($_) } products(@some);
        return fail("exact, round $round") if "@expanded" ne join q{ }, sort @some;
    }
    pass('exact for whatever ids');
};

my %VERDICTS = (
    'exit/sendfile/pty-pipe'  => 'refused hang hang',
    'exit/sendfile/unix-pipe' => 'refused hang hang',
    'exit/splice/pty-pipe'    => 'hang hang hang',
    'exit/vmsplice/fuse-pipe' => 'hang unavailable safe',
    'exit/read/pty-pipe'      => 'safe safe safe',
    'exit/read/unix-pipe'     => 'safe safe safe',
    'exit/tee/pty-pipe'       => 'refused refused refused',
    'exit/tee/fuse-pipe'      => 'unavailable unavailable -',
    'poll/sendfile/pty-pipe'  => 'refused hang hang',
);

subtest 'transitions' => sub {
    my $results     = results(\%VERDICTS, @KERNELS);
    my $document    = decode_json(Copyhang::Document->text($results));
    my %transitions = map { $_->{id} => $_ } @{$document->{transitions}};
    is_deeply(
        [sort keys %transitions],
        [sort grep { /sendfile|vmsplice/ } keys %VERDICTS],
        'what changed, and nothing else'
    );
    my $suspect = {
        version => '5.12',
        commit  => 'b964bf53e540',
        known   => 'bisected',
        subject => 'teach sendfile'
    };
    is_deeply(
        $transitions{'exit/sendfile/pty-pipe'},
        {
            id        => 'exit/sendfile/pty-pipe',
            before    => 'debian:5.10',
            after     => 'debian:6.1',
            from      => 'refused',
            to        => 'hang',
            suspects  => [$suspect],
            explained => JSON::PP::true,
        },
        'with the last kernel before, the first after, and a suspect'
    );
    is_deeply(
        [@{$transitions{'exit/vmsplice/fuse-pipe'}}{qw(before after from to)}],
        ['debian:5.10', 'debian:7.3', 'hang', 'safe'],
        'a kernel that says nothing lies between'
    );
    is_deeply(
        [@{$transitions{'exit/vmsplice/fuse-pipe'}}{qw(suspects explained)}],
        [[], JSON::PP::false],
        'no suspect: unexplained'
    );

    my $text = report($results);
    like($text, qr/^refused -> hang between 5[.]10[.]262 and 6[.]1[.]192, 3 cases$/m, 'for people');
    like(
        $text,
        qr{^  exit, poll/sendfile/pty-pipe\n  exit/sendfile/unix-pipe\n  hint: b964bf53e540 \(Linux 5[.]12\), teach sendfile$}m,
        'in few words, with the hint'
    );
    unlike($text, qr/another one/, 'not what lies after it');
    like($text, qr/^hang -> safe between 5[.]10[.]262 and 7[.]3[.]4, 1 case$/m, 'one case');
    like(
        report(results({'a/edge/c-d' => 'hang safe safe'}, @KERNELS)),
        qr/hint: 0123456789ab/,
        'a hint at the very version'
    );
    unlike(report(results({'a/edge/c-d' => 'hang - -'}, @KERNELS)),
        qr/hint/, 'none without a change');
    unlike(report(results({'a/edge/c-d' => '- hang safe'}, @KERNELS)), qr/hint/, 'nor after it');
    my ($back) = results({'a/b/c-d' => 'hang safe hang'}, @KERNELS);
    is(() = report($back) =~ /^\w+ -> \w+ between/mg, 2, 'there and back are two');
    unlike(report(results({'a/b/c-d' => 'hang hang hang'}, @KERNELS)),
        qr/->|transition|explained/, 'none');
};

subtest 'what explains a transition' => sub {
    my $explained = results({'exit/sendfile/pty-pipe' => 'refused hang hang'}, @KERNELS);
    unlike(report($explained), qr/unexplained|confirmed/, 'a change that was confirmed');
    like(report($explained), qr/^3 of 3 .* 1 transition, all explained[.]$/m, 'as is summed up');

    my $none = results({map { ("exit/tee/$_-pipe" => 'safe hang hang') } qw(pty tty)}, @KERNELS);
    like(report($none), qr{^  exit/tee/pty, tty-pipe\n  unexplained\n$}m, 'not none');
    like(report($none), qr/ 2 transitions, of which 2 unexplained[.]$/m,  'as is summed up');
    like(report($none, colour => 1), qr/^  \e\[35munexplained\e\[0m\n/m,  'and stands out');

    my $guess = results({'a/vague/tcp-pipe' => 'safe hang hang'}, @KERNELS);
    like(report($guess),
        qr/^  hint, not confirmed: abcdef012345 \(Linux 5[.]19\), who knows\n  unexplained$/m,
        'nor a guess');
    my %part    = map { ("$_-pipe" => 'safe hang hang') } map { ("exit/vague/$_") } qw(pty tcp tty);
    my $partly  = results(\%part, @KERNELS);
    my ($lines) = report($partly) =~ /^(  hint.*?)\n\n/ms;
    is($lines, <<'LINES' =~ s/\n\z//r, 'a part is told from the rest');
  hint, not confirmed: abcdef012345 (Linux 5.19), who knows
  hint for 1 case: fedcba987654 (Linux 5.19), in part
  unexplained for 2 cases: exit/vague/tcp, tty-pipe
LINES
    like(report($partly), qr/ 3 transitions, of which 2 unexplained[.]$/m, 'also in the sum');
    my $document = decode_json(Copyhang::Document->text($partly));
    is_deeply(
        {
            map {
                $_->{id} => [$_->{explained} ? 1 : 0, map { $_->{known} } @{$_->{suspects}}]
            } @{$document->{transitions}}
        },
        {
            'exit/vague/pty-pipe' => [1, 'guess', 'read'],
            'exit/vague/tcp-pipe' => [0, 'guess'],
            'exit/vague/tty-pipe' => [0, 'guess'],
        },
        'and in JSON'
    );
    my $html = Copyhang::Html->text($partly);
    like($html, qr{<h2>What changed: 3 transitions, of which 2 unexplained</h2>}, 'on a page');
    like($html,
        qr{<b class="unexplained">unexplained</b> for 2 cases: exit/vague/tcp, tty-pipe</li>},
        'with a mark');
    like($html, qr/^[.]unexplained \{/m, 'that is to be seen');
    unlike(Copyhang::Html->text($explained), qr/<b class="unexplained/, 'and only there');
};

subtest 'table' => sub {
    my $text = report(results(\%VERDICTS, @KERNELS));
    like(
        $text,
        qr/^exit\n +5[.]10[.]262 +6[.]1[.]192 +7[.]3[.]4\n(?:.*\n)*  from pty to pipe\n    splice +hang +hang +hang$/m,
        'a row for a failure on all'
    );
    like($text, qr/^  from unix to pipe\n    sendfile +refused +hang +hang$/m, 'for a difference');
    like($text, qr/^    vmsplice +hang +unavailable +safe$/m, 'also where it is unavailable');
    like(
        $text,
        qr/^exit, poll\n +5[.]10[.]262 +6[.]1[.]192\n +7[.]3[.]4\n/m,
        'neighbours share a column'
    );
    unlike($text, qr/^    (?:read|tee)/m, 'none for what is as it should be');
    like($text, qr/not shown: 2 safe, 1 refused, 1 unavailable[.]/,            'but counted');
    like($text, qr/complete .*Safe on all of them,\s+wherever tried: read[.]/, 'and named');
    my $broken = report(results({%VERDICTS, 'exit/read/tcp-pipe' => 'safe broken safe'}, @KERNELS));
    unlike($broken, qr/Safe on all/, 'but not where a case could not be tried');
    my $verbose = report(results(\%VERDICTS, @KERNELS), verbose => 1);
    like($verbose, qr/^    tee +unavailable +unavailable +-$/m, 'verbose shows all');
    like(report(results(\%VERDICTS, @KERNELS), colour => 1), qr/\e\[1;31mhang\e\[0m/, 'in colour');

    my %many = map {
        my $act = $_;
        map {
            ("act$act/strategy$_/pty-pipe" => join q{ }, map { $_ % 2 ? 'hang' : 'safe' } 1 .. 12)
        } 1 .. 30
    } 1 .. 30;
    my $wide = report(results(\%many, map { ["debian:6.$_", "6.$_.100-1"] } 1 .. 12));
    is_deeply([grep { length > 100 } split /\n/, $wide], [], 'not wider than 100 columns');
    cmp_ok(scalar(() = $wide =~ /\n/g), '<', 300, 'and not longer than one can read');
    like($wide, qr/6[.]12[.]100/, 'whole');
};

subtest 'outcomes' => sub {
    my @console = map { "line $_" } 1 .. 12;
    my $results = results(
        {'a/b/c-d' => 'hang broken -', 'a/e/c-d' => 'safe safe -'},
        $KERNELS[0],
        [
            @{$KERNELS[1]},
            outcome => 'panic',
            detail  => 'Oops: 0002',
            console => [@console, "\e[2Jodd"]
        ],
        ['debian:9', '9', outcome => 'no_such_kernel', release => undef, seconds => {}],
    );
    my $text = report($results);
    like(
        $text,
        qr/^debian:6[.]1: panic: Oops: 0002\n  line 4\n/m,
        'what became of it, with the last lines'
    );
    like($text, qr/^  \?\[2Jodd$/m,                      'made harmless');
    like($text, qr/^debian:6[.]1 .* panic$/m,            'in the list');
    like($text, qr/^debian:9 +- +- .* no such kernel$/m, 'another');
    like($text, qr/^    b +hang +-$/m,       'what a dead kernel did not come to has no verdict');
    like($text, qr/1 of 3 kernels complete/, 'counted');
    is($results->status, 1, 'not as expected');
    is(results({'a/b/c-d' => 'safe safe safe'},       @KERNELS)->status, 0,   'as expected');
    is(results({'a/b/c-d' => 'safe hang safe'},       @KERNELS)->status, 1,   'a hang');
    is(results({'a/b/c-d' => 'broken unavailable -'}, @KERNELS)->status, 125, 'nothing');
    my $document = decode_json(Copyhang::Document->text($results));
    is_deeply(
        [map { $_->{outcome} } @{$document->{kernels}}],
        [qw(complete panic no_such_kernel)],
        'in JSON'
    );
    is($document->{kernels}[1]{console}[0],        'line 1', 'with the console');
    is($document->{kernels}[1]{cases}[0]{verdict}, 'broken', 'and every case');
};

subtest 'baselines' => sub {
    my $baselines = Copyhang::Matrix::Baselines->new($place);
    spew("$place/config", "# CONFIG_TTY is not set\nCONFIG_FUSE_FS=m\nCONFIG_AIO=y\n");
    my $all = results(\%VERDICTS, @KERNELS);
    my ($first, $second) = $all->results;
    ok($baselines->record({%{$first}, config => "$place/config"}),        'recorded');
    ok($baselines->record($second),                                       'another');
    ok(!$baselines->record({%{$first}, name => 'x', outcome => 'panic'}), 'not an incomplete one');
    ok(!-e "$place/x.json", 'of which there is no file');
    is($baselines->baseline('debian:7.3'), undef, 'nothing is known of a third');

    my $document = decode_json(slurp("$place/debian-5.10.json"));
    is($document->{cases}{'exit/read/pty,unix-pipe'}, 'safe', 'many cases in a line');
    is_deeply(
        [@{$document->{kernel}}{qw(name release)}],
        ['debian:5.10', '5.10.262-1-cloud'],
        'the kernel'
    );
    my $configuration = $document->{kernel}{configuration};
    like($configuration->{digest}, qr/\A[0-9a-f]{64}\z/, 'a digest of its configuration');
    is_deeply([@{$configuration->{options}}{qw(FUSE_FS TTY)}], [qw(m n)], 'and options');
    is(scalar keys %{$baselines->baseline('debian:5.10')->{expected}},
        8, 'all known verdicts again');

    my %now = (
        %VERDICTS,
        'exit/splice/pty-pipe'   => 'safe hang hang',
        'poll/sendfile/pty-pipe' => 'hang hang hang'
    );
    my $results = results(\%now, @KERNELS);
    for my $result ($results->results) {
        $result->{baseline} = $baselines->baseline($result->{name}) // next;
        $result->{baseline}->expect($_) for @{$result->{cases}};
    }
    my $text = report($results);
    like($text, qr{^debian:5[.]10 exit/splice/pty-pipe: expected hang, now safe$}m, 'what changed');
    like(
        $text,
        qr{^debian:5[.]10 poll/sendfile/pty-pipe: expected refused, now hang$}m,
        'for worse, too'
    );
    like($text, qr{^debian:6[.]1: Against \S+debian-6[.]1[.]json .*: 7 as expected, 0\s+changed}m,
        'what did not');
    like($text, qr/^debian:7[.]3: nothing is recorded for it$/m, 'what cannot be compared');
    like($text, qr/^    splice +safe! +hang +hang$/m,            'marked in the table');
    is($results->status, 1, 'not as expected');
    $_->expect($_->{verdict}) for map { @{$_->{cases}} } $results->results;
    is($results->status, 0, 'a failure that is expected is none');
    like(report($results), qr/^    splice +safe +hang +hang$/m, 'but shown');
    $results = results({'a/b/c-d' => 'hang hang hang'}, @KERNELS);
    $_->expect('hang') for map { @{$_->{cases}} } $results->results;
    like(report($results), qr/^    b +hang$/m, 'also where all kernels agree');
    spew("$place/twice.json", '{"schema": 1, "cases": {"a/b,c/d-e": "safe", "a/b/d-e": "hang"}}');
    ok(!eval { Copyhang::Baseline->read("$place/twice.json") }, 'a case that is there twice');
    like($@->message, qr{a/b/d-e: there twice}, 'is refused');
};

subtest 'changes' => sub {
    ok(Copyhang::Matrix::Changes->new, 'those of this checkout can be read');
    my $good = '5.12 b964bf53e540 read refused,safe * a,b*/c/d-e subject';
    for my $row (
        ['5.12 b964bf53e540', qr/a change has 7 fields/],
        [$good =~ s/ read//r,         qr/'refused,safe' is not how a change is known: bis/],
        [$good =~ s/read/sure/r,      qr/'sure' is not how a change is known: bisected, read/],
        [$good =~ s/refused/refuse/r, qr/'refuse' is no verdict/],
        [$good =~ s/ [*] / hung /r,   qr/'hung' is no verdict/],
        [$good =~ s{/d-e}{}r,         qr{'a,b[*]/c' is not acts/strategies/sources-sinks}],
        )
    {
        my ($line, $message) = @{$row};
        spew("$place/bad", "# comment\n$good\n$line\n");
        ok(!eval { Copyhang::Matrix::Changes->new("$place/bad") }, "refused: $line");
        like($@->message, qr/bad line 3: $message/, 'and named');
    }
    spew("$place/good", "$good\n");
    ok(Copyhang::Matrix::Changes->new("$place/good"), 'one that is right');
};

subtest 'page' => sub {
    plan skip_all => 'no XML::Parser' if !eval { require XML::Parser; 1 };
    my $html = Copyhang::Html->text(
        results(
            \%VERDICTS, @KERNELS,
            ['debian:<9>', '9', outcome => 'panic', detail => '&', console => ['<']]
        )
    );
    my (%id, @links);
    my $text   = q{};
    my $parser = XML::Parser->new(
        Handlers => {
            Start => sub ($parser, $tag, %attribute) {
                $id{$attribute{id}}++ if defined $attribute{id};
                push @links, $attribute{href} if $tag eq 'a';
            },
            Char => sub ($parser, $part) { $text .= $part },
        }
    );
    ok(eval { $parser->parse($html) }, 'well-formed') or diag($@);
    is_deeply([grep { !/\A#-\z/ && !$id{substr $_, 1} } @links], [], 'every link leads somewhere');
    ok($id{'debian:6.1:exit/sendfile/pty-pipe'}, 'to the evidence of a failure');
    like($text, qr/between 5[.]10[.]262 and 6[.]1[.]192: 3 cases/, 'transitions');
    like($text, qr/hint: b964bf53e540/,                            'hints');
    like($text, qr/What differs, or fails: 5 cases/,               'what matters');
    like($text, qr/What is alike on all kernels: 4 cases/,         'and the rest');
    like($text, qr/debian:<9>: panic: &/,                          'troubles');
    my @loads = $html =~ m{(<(?:script|link|img|iframe)\b|\bsrc=|url\(|\@import)}g;
    is_deeply(\@loads, [], 'nothing to load, no script');
    unlike($html, qr/[^\t\n\x20-\x7e]/, 'all in ASCII');
};

done_testing;

# Stands for a selection that nothing narrows.
package Whole;    ## no critic (ProhibitMultiplePackages)

sub new ($class) {
    return bless {}, $class;
}

sub is_whole ($self) {
    return 1;
}
