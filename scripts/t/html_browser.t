#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# The pages of --html in a browser: what their filter leaves, with a script and without one, what stays
# in view, how wide they are, their colours, and how they are printed. No page asks for anything else.
use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Browser                   ();
use Copyhang::Case            ();
use Copyhang::Matrix::Results ();
use Copyhang::Report::Html    ();
use Fake                      qw(programs copyhang slurp spew case);
use File::Temp                ();
use JSON::PP                  ();
use MIME::Base64              qw(decode_base64);
use Test::More;

plan skip_all => "$_ is missing" for Browser->missing;

# --- The pages ---

# More strategies than a window is high and more sources than a narrow one is wide, of one act; every
# verdict and a word of one's own in the other.
my @SOURCES = map { "source$_" } 1 .. 24;
my %cases   = (
    'close/s0/pty-pipe'    => 'stuck',
    'close/s1/pty-pipe'    => 'late',
    'close/s1/unix-pipe'   => 'corrupt',
    'close/s0/unix-pipe'   => 'missed',
    'close/s2/pty-file'    => 'unavailable',
    'close/s3/unix-file'   => 'broken',
    'close/odd.name/a-b-c' => 'safe',
    q(odd"]&.name/s0/a-b)  => 'safe',
);
for my $number (0 .. 40) {
    my @sources = @SOURCES[0 .. ($number ? 2 : $#SOURCES)];
    $cases{"exit/s$number/$_-pipe"}  = 'safe' for @sources;
    $cases{"exit/s$number/pty-file"} = 'refused';
}
$cases{"exit/s$_/source2-pipe"} = 'hang' for 3, 40;
my @told =
    map { case ($_, $cases{$_}, $_ =~ m{/s1/pty-pipe} ? 'note=Needle' : ()) } sort keys %cases;
my $place = File::Temp->newdir;
copyhang(programs(\@told), 'run', '--html', "$place/run.html");

# On three kernels, of which the middle one says nothing of one case.
my %kernels = (
    'exit/sendfile/pty-pipe'  => [qw(refused hang hang)],
    'exit/sendfile/unix-pipe' => [qw(refused hang hang)],
    'exit/splice/pty-pipe'    => [qw(hang unavailable safe)],
    'exit/read/pty-pipe'      => [qw(safe safe safe)],
    'poll/read/pty-file'      => [qw(safe safe hang)],
);
spew("$place/matrix.html", Copyhang::Report::Html->text(matrix()));

sub matrix () {
    my @results = map {
        my $number = $_;
        my @played = map {
            my $verdict = $kernels{$_}[$number];
            my $ok      = $verdict eq 'hang' ? 'not ok' : 'ok';
            Copyhang::Case->from_tap("$ok 1 $_", [['verdict', $verdict], ['note', 'said']])
        } sort keys %kernels;
        my %result = (name => "k$number", version => "6.$number.100-1", cases => \@played);
        +{%result, release => "6.$number", outcome => 'complete', seconds => {}, troubles => []}
    } 0 .. 2;
    return Copyhang::Matrix::Results->new(@results);
}

# --- What is seen of them ---

my $browser = Browser->new;

sub visit ($name, $width = 1400, $height = 900) {
    $browser->resize($width, $height);
    return $browser->visit("$place/$name.html");
}

# Links to cases in cells that are shown, and stand for what was asked for.
sub shown () {
    return $browser->js(<<'END');
        return [...document.querySelectorAll('form td:not(.off) > a')]
            .filter((link) => link.getClientRects().length)
            .map((link) => link.getAttribute('href').slice(1)).sort();
END
}

# The texts of the first cells of rows that are shown.
sub rows () {
    return $browser->js(<<'END');
        return [...document.querySelectorAll('form tbody tr:has(td) > th')]
            .filter((head) => head.getClientRects().length).map((head) => head.textContent);
END
}

sub told () { return $browser->js('return document.querySelector("output").textContent') }

sub check  ($value)        { return $browser->click(qq(input[value="$value"])) }
sub choose ($name, $value) { return $browser->press("[name=$name]", $value) }
sub word   ($text)         { return $browser->type('[name=word]', $text) }

# The script looks at a form once it is reset.
sub reset_form () {
    $browser->click('[type=reset]');
    return $browser->js(<<'END');
        const {hidden} = document.querySelector('.fields');
        return hidden ? 0 : new Promise((resolve) => setTimeout(resolve));
END
}

# Where things are on the window: {left, top, right, bottom}.
sub place_of ($selector) {
    return $browser->js('return document.querySelector(arguments[0]).getBoundingClientRect()',
        $selector);
}

sub style ($selector, $name) {
    return $browser->js(
        'return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]',
        $selector, $name);
}

# Whether just the cases are shown of which this is true, and are counted.
sub leaves ($what, $wanted) {
    my @wanted = grep { $wanted->($_) } sort keys %cases;
    is_deeply(shown(), \@wanted, $what);
    return is(told(), @wanted . ' of ' . keys(%cases) . ' cases', 'and are counted');
}

subtest 'a filter' => sub {
    visit('run');
    leaves('all at first', sub ($id) { 1 });
    check('hang');
    leaves('a verdict', sub ($id) { $cases{$id} eq 'hang' });
    is_deeply(rows(), [qw(s3 s40)], 'in the only rows that are left');
    my $heads = $browser->js(<<'END');
        return [...document.querySelectorAll('form thead th')]
            .filter((head) => head.getClientRects().length).map((head) => head.textContent);
END
    is_deeply($heads, [q{}, 'to pipe', 'from', 'source2'], 'and columns');
    check('late');
    leaves('or another', sub ($id) { $cases{$id} =~ /hang|late/ });
    $browser->click('summary');
    check('close');
    leaves('and an act', sub ($id) { $cases{$id} eq 'late' });
    reset_form();
    leaves('all again', sub ($id) { 1 });
    choose('strategy', 's1');
    leaves('a strategy', sub ($id) { $id =~ m{/s1/} });
    choose('source', 'pty');
    leaves('and a source', sub ($id) { $id =~ m{/s1/pty-} });
    choose('sink', 'pipe');
    leaves('and a sink', sub ($id) { $id =~ m{/s1/pty-pipe} });
    reset_form();
    choose('sink', 'b-c');
    leaves('what has a - in it', sub ($id) { $id =~ m{-b-c} });
    reset_form();
    word('nEEdle');
    leaves('a word of the evidence', sub ($id) { $id eq 'close/s1/pty-pipe' });
    word('TASK_work_run close');
    leaves('no case has both', sub ($id) { 0 });
    word('TASK_work_run exit');
    leaves('one of the stacks and one of the id', sub ($id) { $cases{$id} eq 'hang' });
    word(q{});
    leaves('no word', sub ($id) { 1 });
};

subtest 'a filter of several kernels' => sub {
    visit('matrix');
    is(told(), '5 of 5 cases', 'all at first');
    check('unavailable');
    is_deeply(rows(), ['splice'], 'a verdict on any of them');
    is(told(), '1 of 5 cases', 'counted');
    is_deeply(shown(), ['k0:exit/splice/pty-pipe'], 'the others stay beside it');
    reset_form();
    choose('source', 'unix');
    is_deeply(rows(), ['sendfile'], 'a source among others');
    reset_form();
    choose('strategy', 'read');
    is_deeply([sort @{rows()}], [qw(read read)], 'a strategy');
    word('poll said');
    is_deeply(rows(), ['read'], 'words of the act and the evidence');
    is(told(), '1 of 5 cases', 'counted');
};

subtest 'without a script' => sub {
    $browser->cdp('Emulation.setScriptExecutionDisabled', value => JSON::PP::true);
    visit('run');
    is(style('.fields', 'display'), 'none',             'no fields that do nothing');
    is(told(),                      q{},                'no count');
    is(scalar @{shown()},           scalar keys %cases, 'all at first');
    check('hang');
    is_deeply(rows(), [qw(s3 s40)], 'rows that have a verdict');
    check('late');
    is_deeply([sort @{rows()}], [qw(s1 s3 s40)], 'or another');
    $browser->click('summary');
    check('close');
    is_deeply(rows(), [qw(s1)], 'and an act');
    reset_form();
    is(scalar @{shown()}, scalar keys %cases, 'all again');
    check('exit');
    is(scalar @{rows()}, 41, 'an act alone');
    reset_form();
    $browser->click('label:last-of-type input[value^=odd]');
    is_deeply(shown(), [q(odd"]&.name/s0/a-b)], 'one with an odd name');
    visit('matrix');
    check('refused');
    is_deeply(rows(), ['sendfile'], 'of several kernels');
    is(
        $browser->js('return document.querySelector(".ends").textContent'),
        'from pty, unix to pipe',
        'with what stands above'
    );
    $browser->cdp('Emulation.setScriptExecutionDisabled', value => JSON::PP::false);
};

# --- In view ---

my $ROW = '[id="act:exit"] tbody tr';

subtest 'heads on a wide window' => sub {
    visit('run', 1400, 600);
    $browser->js(
        qq(document.querySelector('$ROW:nth-child(40)').scrollIntoView({block: 'center'})));
    my ($bar, $head) = map { place_of($_) } '.bar', '[id="act:exit"] thead';
    is($bar->{top}, 0, 'the filter stays at the top');
    cmp_ok(abs $head->{top} - $bar->{bottom}, '<', 1, 'and the head of the table below it');
    visit('run', 1000, 600);
    $browser->js('document.body.style.width = "3000px"; scrollTo(100, 0)');
    is(place_of("$ROW th")->{left}, 0, 'strategies stay at the left');
};

subtest 'a narrow window' => sub {
    for my $page (qw(run matrix)) {
        visit($page, 400, 800);
        my $width = $browser->js('return document.documentElement.scrollWidth - innerWidth');
        cmp_ok($width, '<=', 0, "$page does not move sideways");
    }
    visit('run', 400, 800);
    my $box = '[id="act:exit"] .box';
    $browser->js(
        "const box = document.querySelector('$box'); box.scrollIntoView(); box.scrollTo(150, 100)");
    is_deeply(
        $browser->js(
                  "const box = document.querySelector('$box');"
                . ' return [box.scrollLeft, box.scrollTop]'
        ),
        [150, 100],
        'a table moves in its box'
    );
    my ($around, $head, $row) =
        map { place_of($_) } $box, '[id="act:exit"] thead', "$ROW:nth-child(30) th";
    is($head->{top}, $around->{top},  'its head stays');
    is($row->{left}, $around->{left}, 'and so do strategies');
};

subtest 'the evidence' => sub {
    visit('run');
    is($browser->js('return document.querySelectorAll(".evidence:not([hidden])").length') > 0,
        1, 'is there');
    my $panels = sub () {
        return $browser->js('return [...document.querySelectorAll(".evidence > pre")]'
                . '.filter((pre) => pre.getClientRects().length).map((pre) => pre.id)');
    };
    is_deeply($panels->(), [], 'not to be seen');
    $browser->click('[href="#exit/s3/source2-pipe"]');
    is_deeply($panels->(), ['exit/s3/source2-pipe'], 'of the verdict that is clicked at');
    $browser->click('.evidence:has(:target) .close');
    is_deeply($panels->(), [], 'until it is closed');
};

subtest 'what changed' => sub {
    visit('matrix');
    my $cells = $browser->js(<<'END');
        const table = document.querySelector('.timeline');
        const heads = [...table.tHead.rows[0].cells].map((head) => head.getBoundingClientRect());
        return [...table.querySelectorAll('tr:has(.from)')].map((row) =>
            [...row.cells].slice(1).map((cell) => {
                const {left} = cell.getBoundingClientRect();
                return heads.findIndex((head) => head.left === left) + cell.textContent;
            }));
END
    my $arrow = "\x{2192}";
    is_deeply(
        $cells,
        [
            ["1refused $arrow", '2hang',        '3'],
            ["1hang $arrow",    "2$arrow",      '3safe'],
            ['1',               "2safe $arrow", '3hang'],
        ],
        'stands below the kernels between which it did'
    );
};

# --- Colours and paper ---

# The least contrast of any text to what is behind it, as WCAG 2 defines it, and which text that is.
my $CONTRAST = <<'END';
    const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
    const light = (colour) => numbers(colour).slice(0, 3).map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
    const behind = (element) => {
        const colour = element ? getComputedStyle(element).backgroundColor : 'rgb(255, 255, 255)';
        return numbers(colour)[3] === 0 ? behind(element.parentElement) : colour;
    };
    return [...document.querySelectorAll('body *')]
        .filter((element) => element.getClientRects().length)
        .filter((element) => [...element.childNodes].some(
            (node) => node.nodeType === Node.TEXT_NODE && node.data.trim()))
        .map((element) => {
            const [one, other] = [getComputedStyle(element).color, behind(element)].map(light);
            const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
            return [ratio, `${element.className} ${element.textContent}`];
        }).sort((one, other) => one[0] - other[0])[0];
END

sub media (%media) {
    my $scheme = {name => 'prefers-color-scheme', value => $media{scheme}};
    return $browser->cdp(
        'Emulation.setEmulatedMedia',
        media    => $media{media} // q{},
        features => [$scheme]
    );
}

subtest 'colours' => sub {
    my %behind;
    for my $scheme (qw(light dark)) {
        media(scheme => $scheme);
        for my $page (qw(run matrix)) {
            visit($page);
            $behind{$scheme} = style('body', 'backgroundColor');
            $browser->click('.hang > a');
            $browser->click('summary');
            my ($least, $text) = @{$browser->js($CONTRAST)};
            cmp_ok($least, '>=', 4.5, "$scheme: contrast on $page") or diag($text);
        }
    }
    is($behind{light}, 'rgb(255, 255, 255)', 'white');
    isnt($behind{dark}, $behind{light}, 'or dark');
};

subtest 'paper' => sub {
    visit('run');
    check('hang');
    media(scheme => 'dark', media => 'print');
    is(style('body',       'backgroundColor'), 'rgb(255, 255, 255)', 'light');
    is(style($_,           'display'),         'none', "no $_") for qw(.fields .acts button input);
    is(style('.bar .hang', 'display') eq 'none', q{},      'but what the letters mean');
    is(style('thead',      'position'),          'static', 'heads where they are');
    is(style('.evidence',  'display'),           'none',   'no evidence');
    is_deeply(rows(), [qw(s3 s40)], 'what the filter leaves');
    media(scheme => 'light');
    reset_form();
    my $pdf = sub () { return decode_base64($browser->cdp('Page.printToPDF')->{data}) };
    my ($pages) = map { scalar(() = m{/Type /Page\b}g) } $pdf->();
    cmp_ok($pages, '>', 1, 'pages');
};

is_deeply([grep { !m{\Afile://\Q$place\E/\w+[.]html(?:\#|\z)} } $browser->requests],
    [], 'nothing else is asked for');
is_deeply([map { $_->{message} } $browser->logged('browser')], [], 'no complaint of the browser');

# After that, as the browser complains of it.
my $blocked = $browser->js(<<'END');
    const script = document.createElement('script');
    script.text = 'document.title = "another"';
    document.body.append(script);
    return new Promise((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => {
            if (event.effectiveDirective === 'img-src') resolve(document.title);
        });
        document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:1/'}));
    });
END
like($blocked, qr/\Acopyhang/, 'no other script may run, nothing may be loaded');

done_testing;
