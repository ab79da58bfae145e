#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# copyhang run --html: whole pages are in t/golden; here what a strict parser sees of them.
use v5.36;

use Digest::SHA 'sha256_base64';
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Fake       qw(programs copyhang slurp spew case);
use File::Temp ();
use Golden     qw(golden);
use Test::More;

plan skip_all => 'no XML::Parser' if !eval { require XML::Parser; 1 };

my $place = File::Temp->newdir;
my %cases = (
    'exit_group/read_write/pty-pipe' => 'safe',
    'exit_group/sendfile/pty-pipe'   => 'hang',
    'exit_group/sendfile/unix-pipe'  => 'stuck',
    'exit_group/sendfile/pty-file'   => 'refused',
    'exit_group/splice/pty-pipe'     => 'late',
    'exit_group/splice/unix-pipe'    => 'hang',
    'close/read_write/unix-pipe'     => 'corrupt',
    'close/sendfile/unix-pipe'       => 'missed',
    'close/fuse/pty-pipe'            => 'unavailable',
    'close/splice/pty-pipe'          => 'broken',
);

# What a strict parser sees: the text of each element with an id, the links, the cells.
sub page ($cases, @arguments) {
    my ($status) = copyhang(programs($cases), 'run', '--html', "$place/page.html", @arguments);
    my $html     = slurp("$place/page.html");
    my %page     = (status => $status, html => $html, text => q{});
    my (@ids, $cell);
    my %handlers = (
        Start => sub ($parser, $tag, %attribute) {
            push @ids, $attribute{id};
            $page{ids}{$attribute{id}}++ if defined $attribute{id};
            $cell = $attribute{class}    if $tag eq 'td';
            push @{$page{links}}, $attribute{href} if $tag eq 'a';
            $page{cell}{$attribute{href}} = [$cell]                       if $tag eq 'a' && $cell;
            $page{in}                     = $page{cell}{$attribute{href}} if $tag eq 'a' && $cell;
        },
        End => sub ($parser, $tag) {
            pop @ids;
            $cell = undef    if $tag eq 'td';
            delete $page{in} if $tag eq 'a';
        },
        Char => sub ($parser, $text) {
            $page{text}   .= $text;
            $page{in}[1]  .= $text if $page{in};
            $page{of}{$_} .= $text for grep { defined } @ids;
        },
    );
    ok(eval { XML::Parser->new(Handlers => \%handlers)->parse($html) }, 'well-formed') or diag($@);
    return \%page;
}

subtest 'the whole matrix' => sub {
    my $page = page([map { case ($_, $cases{$_}) } sort keys %cases]);
    is($page->{status}, 1, 'does not change the exit status');
    is_deeply(
        [sort keys %{$page->{cell}}],
        [map { "#$_" } sort keys %cases],
        'a cell for every case'
    );
    is_deeply([map { $page->{ids}{$_} } keys %cases], [map { 1 } keys %cases], 'its evidence once');
    my %word = (safe => 's', refused => 'r', unavailable => 'u');
    for my $id (sort keys %cases) {
        my ($class, $text) = @{$page->{cell}{"#$id"}};
        my $verdict = $cases{$id};
        like($class, qr/\A$verdict\b/, "$id: colour");
        is($text, $word{$verdict} // $verdict, 'and word');
        like($page->{of}{$id}, qr/\A\Q$verdict $id\E$/m, 'evidence of its own');
    }
    is_deeply([grep { !/\A#-\z/ && !$page->{ids}{substr $_, 1} } @{$page->{links}}],
        [], 'every link leads somewhere on the page');
    my @loads = $page->{html} =~ m{(<(?:link|img|iframe)\b|\bsrc=|url\(|\@import)}g;
    is_deeply(\@loads, [], 'nothing to load');
    for my $part (qw(style script)) {
        my @texts    = $page->{html} =~ m{<$part\b[^>]*>(.*?)</$part>}sg;
        my $digests  = join q{ }, map { "'sha256-" . sha256_base64($_) . q{='} } @texts;
        my ($allows) = $page->{html} =~ /$part-src ([^;"]+)/;
        is($allows, $digests, "no $part but that of the page");
        unlike("@texts", qr/[<&]/, 'which is the same in HTML and XML');
    }
    like($page->{html}, qr/content="[^"]*\bdefault-src 'none'/, 'it loads nothing else');
    golden('run-html.txt', $page->{html});
};

subtest 'a baseline' => sub {
    spew("$place/then",
        qq({"schema": 1, "cases": {"a/b/c-pipe": "safe", "a/b/d-pipe": "hang", "x/y/z-z": "safe"}})
    );
    my $page = page([case ('a/b/c-pipe', 'hang'), case ('a/b/d-pipe', 'hang')],
        '--baseline', "$place/then");
    golden('run-baseline-html.txt', $page->{html} =~ s/\Q$place\E/FOLDER/gr);
    is((grep { $_ eq '#x/y/z-z' } @{$page->{links}}), 0, 'no link to a case that is gone');
};

subtest 'any text' => sub {
    my $odd  = q(<b>&amp;"'</pre>]]>);
    my $id   = qq(<i>&"'\\\xc3\xa9/<i>&"'/c-d);
    my $page = page(
        [
            case ($id, 'hang', "step=$odd", "x.stack=$odd < $odd", "note=\x01\xff\xfe\e[1m"),
            case ('a/b/c-d', 'safe', "note=caf\xc3\xa9 \xef\xbf\xbf \xed\xa0\x80"),
        ]
    );
    utf8::decode($id);
    like($page->{of}{$id}, qr/^step +\Q$odd\E$/m, 'evidence is what it was');
    is($page->{cell}{"#$id"}[1], 'hang', 'so are ids');
    like($page->{text}, qr/^  \Q$odd\E$/m,                             'and stacks');
    like($page->{text}, qr/^note +\x{fffd}\x{ff}\x{fe}\x{fffd}\[1m$/m, 'bytes that are no text');
    like($page->{of}{'a/b/c-d'}, qr/^note +caf\x{e9} /m,               'UTF-8');
    unlike($page->{html}, qr/[^\t\n\x20-\x7e]/, 'all in ASCII');
};

done_testing;
