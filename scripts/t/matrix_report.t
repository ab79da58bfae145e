#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# What copyhang matrix makes of the results of several kernels. Whole reports are in t/golden.
use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Baseline         ();
use Copyhang::Case             ();
use Copyhang::Report::Document ();
use Copyhang::Report::Html     ();
use Copyhang::Matrix::Changes  ();
use Copyhang::Matrix::Report   ();
use Copyhang::Matrix::Results  ();
use Copyhang::Product          qw(products product_of);
use Cpanel::JSON::XS           qw(decode_json);
use Fake                       qw(slurp spew);
use File::Temp                 ();
use Golden                     qw(golden);
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
        return fail("exact, round $round")
            if "@expanded" ne join q{ }, sort @some;
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

# Rows for what differs or fails, neighbours that share a column, few words for many cases; a change of
# the kernel as a hint, but not one that lies elsewhere; a kernel that says nothing lies between; what
# no change fits is unexplained.
subtest 'all there is' => sub {
    my $results = results(\%VERDICTS, @KERNELS);
    golden('matrix.txt',         report($results));
    golden('matrix-verbose.txt', report($results, verbose => 1));
    golden('matrix-colour.txt',  report($results, colour  => 1));
    golden('matrix-json.txt',    Copyhang::Report::Document->text($results));
};

# Nothing is safe on all kernels where a case could not be tried.
subtest 'broken on one' => sub {
    my %broken = ('exit/read/tcp-pipe' => 'safe broken safe', 'exit/tee/pty-pipe' => 'safe safe -');
    golden('matrix-broken.txt', report(results(\%broken, @KERNELS)));
};

# A change in the very version is a hint; none where nothing changed, nor where it did later. There and
# back are two transitions, and where all kernels hang there is none.
subtest 'hints' => sub {
    my @edge  = ('hang safe safe', 'hang - -', '- hang safe');
    my @other = ('hang safe hang', 'hang hang hang');
    golden(
        'matrix-hints.txt', join "\n",
        map { report(results($_, @KERNELS)) } (map { {'a/edge/c-d' => $_} } @edge),
        (map { {'a/b/c-d' => $_} } @other)
    );
};

# A change that was confirmed explains a transition, a guess does not, nor one of other cases.
subtest 'what explains a transition' => sub {
    my %part = (
        (map { ("exit/vague/$_-pipe" => 'safe hang hang') } qw(pty tcp tty)),
        'a/vague/tcp-pipe' => 'refused hang hang',
    );
    my $partly = results(\%part, @KERNELS);
    golden('matrix-partly.txt',        report($partly));
    golden('matrix-partly-colour.txt', report($partly, colour => 1));
    golden('matrix-partly-json.txt',   Copyhang::Report::Document->text($partly));
    my $html = Copyhang::Report::Html->text($partly);
    golden('matrix-partly-html.txt', $html);
    like($html, qr/^[.]unexplained \{/m, 'what is unexplained is to be seen');
};

subtest 'many' => sub {
    my %many = map {
        my $act = $_;
        map {
            (
                "act$act/strategy$_/pty-pipe" => join q{ },
                map { $_ % 2 ? 'hang' : 'safe' } 1 .. 12
            )
        } 1 .. 30
    } 1 .. 30;
    my $wide = report(results(\%many, map { ["debian:6.$_", "6.$_.100-1"] } 1 .. 12));
    is_deeply([grep { length > 100 } split /\n/, $wide], [], 'not wider than 100 columns');
    cmp_ok($wide =~ tr{\n}{}, '<=', 40, 'and no longer than a screen');
    like($wide, qr/6[.]12[.]100/, 'whole');
};

# With the last lines of a console, made harmless. What a dead kernel did not come to has no verdict.
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
        [
            'debian:9', '9',
            outcome => 'no_such_kernel',
            release => undef,
            seconds => {}
        ],
    );
    golden('matrix-outcomes.txt',      report($results));
    golden('matrix-outcomes-json.txt', Copyhang::Report::Document->text($results));
    my $none = results({'a/b/c-d' => 'broken'}, [@{$KERNELS[0]}, outcome => 'wedged']);
    golden('matrix-wedged.txt', report($none, verbose => 1));
    is($results->status, 1, 'not as expected');
    is(results({'a/b/c-d' => 'safe safe safe'},       @KERNELS)->status, 0,   'as expected');
    is(results({'a/b/c-d' => 'safe hang safe'},       @KERNELS)->status, 1,   'a hang');
    is(results({'a/b/c-d' => 'broken unavailable -'}, @KERNELS)->status, 125, 'nothing');
};

subtest 'baselines' => sub {
    chdir $place or die "chdir: $!";
    my $baseline = sub ($name) { Copyhang::Baseline->of_kernel(q{.}, $name) };
    spew("$place/config", "# CONFIG_TTY is not set\nCONFIG_FUSE_FS=m\nCONFIG_AIO=y\n");
    my $all = results(\%VERDICTS, @KERNELS);
    my ($first, $second) = $all->results;
    my @complete = ({%{$first}, config => "$place/config"}, $second);
    Copyhang::Baseline->record(q{.}, @complete, {%{$first}, name => 'x', outcome => 'panic'});
    ok(!-e "$place/x.json", 'not an incomplete one');
    is($baseline->('debian:7.3'), undef, 'nothing is known of a third');

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
    is(scalar keys %{$baseline->('debian:5.10')->{expected}}, 8, 'all known verdicts again');

    my %now = (
        %VERDICTS,
        'exit/splice/pty-pipe'   => 'safe hang hang',
        'poll/sendfile/pty-pipe' => 'hang hang hang'
    );
    my $results = results(\%now, @KERNELS);
    for my $result ($results->results) {
        $result->{baseline} = $baseline->($result->{name}) // next;
        $result->{baseline}->expect($_) for @{$result->{cases}};
    }
    golden('matrix-baselines.txt', report($results));
    is($results->status, 1, 'not as expected');
    $_->expect($_->{verdict}) for map { @{$_->{cases}} } $results->results;
    is($results->status, 0, 'a failure that is expected is none');
    golden('matrix-expected.txt', report($results));         # but shown
    $results = results({'a/b/c-d' => 'hang hang hang'}, @KERNELS);
    $_->expect('hang') for map { @{$_->{cases}} } $results->results;
    golden('matrix-expected-hang.txt', report($results));    # also where all kernels agree
};

subtest 'changes' => sub {
    ok(Copyhang::Matrix::Changes->new, 'those of this checkout can be read');
    my $good = '5.12 b964bf53e540 read refused,safe * a,b*/c/d-e subject';
    my @told;
    for my $line (
        '5.12 b964bf53e540',
        $good =~ s/ read//r,
        $good =~ s/read/sure/r,
        $good =~ s/refused/refuse/r,
        $good =~ s/ [*] / hung /r,
        $good =~ s{/d-e}{}r,
        )
    {
        spew("$place/bad", "# comment\n$good\n$line\n");
        ok(!eval { Copyhang::Matrix::Changes->new("$place/bad") }, "refused: $line");
        push @told, "$line\n" . $@->message . "\n";
    }
    golden('changes-refused.txt', join "\n", @told);
    spew("$place/good", "$good\n");
    ok(Copyhang::Matrix::Changes->new("$place/good"), 'one that is right');
};

subtest 'page' => sub {
    plan skip_all => 'no XML::Parser' if !eval { require XML::Parser; 1 };
    my $html = Copyhang::Report::Html->text(
        results(
            \%VERDICTS,
            @KERNELS,
            [
                'debian:<9>', '9',
                outcome => 'panic',
                detail  => '&',
                console => ['<']
            ]
        )
    );
    golden('matrix-html.txt', $html);
    my (%id, @links);
    my $parser = XML::Parser->new(
        Handlers => {
            Start => sub ($parser, $tag, %attribute) {
                $id{$attribute{id}}++ if defined $attribute{id};
                push @links, $attribute{href} if $tag eq 'a';
            },
        }
    );
    ok(eval { $parser->parse($html) }, 'well-formed') or diag($@);
    is_deeply([grep { !/\A#-\z/ && !$id{substr $_, 1} } @links], [], 'every link leads somewhere');
    ok($id{'debian:6.1:exit/sendfile/pty-pipe'}, 'to the evidence of a failure');
    my @loads = $html =~ m{(<(?:link|img|iframe)\b|\bsrc=|url\(|\@import)}g;
    is_deeply(\@loads, [], 'nothing to load');
    unlike($html, qr/[^\t\n\x20-\x7e]/, 'all in ASCII');
};

chdir q{/} or die "chdir: $!";
done_testing;

# Stands for a selection that nothing narrows.
package Whole;    ## no critic (ProhibitMultiplePackages)

sub new ($class) {
    return bless {}, $class;
}

sub is_whole ($self) {
    return 1;
}
