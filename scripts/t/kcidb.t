#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Results as documents of KCIDB: what has to be in one, whose fault what is, and what the schema of
# kcidb-io says of it, of which no copy is here.
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Cpanel::JSON::XS ();
use Fake             qw(case copyhang finish programs slurp spew);
use File::Temp       ();
use Real             qw(launch);
use Test::More;
use Unpacked qw(packages reason);

my $JSON  = Cpanel::JSON::XS->new->canonical;
my $place = File::Temp->newdir;
my %WANTS = (
    checkouts => [qw(id origin)],
    builds    => [qw(id origin checkout_id)],
    tests     => [qw(id origin build_id path status)],
    issues    => [qw(id origin version)],
    incidents => [qw(id origin issue_id issue_version)],
);
my %REFERS = (
    checkout_id => 'checkouts',
    build_id    => 'builds',
    test_id     => 'tests',
    issue_id    => 'issues'
);
my @documents;

my $programs = programs(
    [
        case ('exit_group/read_write/pty-pipe', 'safe'),
        case ('exit_group/go-1.24/pty-pipe',    'refused'),
        case ('exit_group/sendfile/pty-pipe',   'hang'),
        case ('exit_group/splice/pty-pipe',     'broken'),
        case ('exit_group/splice/fuse-pipe',    'unavailable'),
    ]
);
copyhang($programs, 'run', '--json', "$place/run.json");
my $run = exported('run');
is_deeply(
    statuses($run),
    {
        'copyhang'                                => 'FAIL',
        'copyhang.exit_group.read_write.pty-pipe' => 'PASS',
        'copyhang.exit_group.go-1_24.pty-pipe'    => 'PASS',
        'copyhang.exit_group.sendfile.pty-pipe'   => 'FAIL',
        'copyhang.exit_group.splice.pty-pipe'     => 'ERROR',
        'copyhang.exit_group.splice.fuse-pipe'    => 'SKIP',
    },
    'a run'
);
my ($hang) = grep { $_->{path} =~ /sendfile/ } @{$run->{tests}};
like($hang->{log_excerpt}, qr/^bystander=D pipe_release exit_group/m, 'the evidence of a hang');
my ($same) = (copyhang($programs, 'export', 'kcidb', "$place/run.json"))[1];
is_deeply($JSON->decode($same), $run, 'the same when it is made again');
is(exported('run', '--origin', 'some_lab')->{tests}[0]{origin}, 'some_lab', '--origin');

# One id, two programs: and a name that is too long, with what must not be in any.
my %long = (evidence => {stderr => ["a\0b", 'x' x 20_000]}, steps => []);
spew(
    "$place/exec.json",
    $JSON->encode(
        {
            schema  => 1,
            kernel  => {release => '6.1', version => '#1', machine => 'x86_64'},
            command => ['a b'],
            cases   => [
                map {
                    { %long, %{$_}, act => 'exit_group', source => 'pty', sink => 'pipe' }
                } (
                    {id => 'exit_group/exec/pty-pipe', strategy => 'exec', verdict => 'broken'},
                    {
                        id       => 'exit_group/exec/pty-pipe2',
                        strategy => 'exec',
                        verdict  => 'safe',
                        program  => 'a_b'
                    },
                )
            ]
        }
    )
);
my %paths = %{statuses(exported('exec'))};
is(keys %paths, 3, 'programs with names alike have paths of their own') or diag(explain \%paths);

subtest 'whose fault it is' => sub {
    my @lost = qw(panic wedged lost boot_failed emulator_failed no_such_kernel complete);
    spew("$place/matrix.json",
        $JSON->encode({schema => 1, transitions => [], kernels => [map { guest($_) } @lost]}));
    my $matrix = exported('matrix');
    my (%of, %name);
    $name{$_->{id}} = $_->{misc}{name} for @{$matrix->{builds}};
    push @{$of{$name{$_->{build_id}}}}, "$_->{path} $_->{status}" for @{$matrix->{tests}};
    my %expected = (
        complete        => [qw(ERROR ERROR PASS ERROR PASS)],
        panic           => [qw(FAIL  MISS  PASS FAIL  PASS)],
        wedged          => [qw(ERROR MISS  PASS ERROR PASS)],
        lost            => [qw(ERROR MISS  PASS MISS  PASS)],
        boot_failed     => [qw(FAIL  MISS  PASS MISS  FAIL)],
        emulator_failed => [qw(MISS  MISS  PASS MISS  MISS)],
        no_such_kernel  => [qw(MISS  MISS  PASS MISS  MISS)],
    );
    my @paths = map { "copyhang.close.$_.pty-pipe" } qw(splice sendfile tee);

    for my $outcome (@lost) {
        my @statuses = @{$expected{$outcome}};
        my %path;
        @path{@paths, 'copyhang', 'boot'} = @statuses;
        is_deeply([sort @{$of{$outcome}}], [sort map { "$_ $path{$_}" } keys %path], $outcome);
    }
};

subtest 'a bisection' => sub {
    my @steps = (
        seen('1' x 40, 'refused', 'good'),
        seen('4' x 40, 'hang',    'bad'),
        seen('2' x 40, 'broken',  'skip', 'boot failed: no init'),
        seen('3' x 40, 'hang',    'bad')
    );
    my %found = (schema => 1, case => 'close/go-1.24/pty-pipe', steps => \@steps, suspects => []);
    spew("$place/bisect.json", $JSON->encode({%found, good => $steps[0], bad => $steps[3]}));
    my $bisect = exported('bisect');
    my ($issue) = @{$bisect->{issues}};
    is($issue->{report_subject},  'close/go-1.24/pty-pipe: refused, then hang', 'is an issue');
    is($issue->{misc}{first_bad}, '3' x 40,                                     'with its commit');
    is_deeply([map { $_->{present} ? 1 : 0 } @{$bisect->{incidents}}], [0, 1, 1], 'and incidents');
    is_deeply([map { $_->{status} } @{$bisect->{tests}}],
        [qw(PASS FAIL MISS FAIL)], 'of what was seen');
    is_deeply(
        [map { $_->{git_commit_hash} } @{$bisect->{checkouts}}],
        [map { $_ x 40 } 1, 4, 2, 3],
        'of commits'
    );
};

my %refused = (
    'no file'        => [["$place/none.json"],                   qr/cannot read/],
    'no results'     => [[$0],                                   qr/is nothing that --json writes/],
    'no file at all' => [[],                                     qr/no results given/],
    'two files'      => [["$place/run.json", 'x'],               qr/takes one file/],
    'a bad origin'   => [["$place/run.json", '--origin', 'A B'], qr/--origin wants/],
    'of other engines' => [["$place/run.json", '--into', 'x'], qr/--into is not for kcidb/],
);
for my $what (sort keys %refused) {
    my ($arguments, $why) = @{$refused{$what}};
    my ($status, undef, $err) = copyhang($programs, 'export', 'kcidb', @{$arguments});
    is($status, 2, "refused: $what");
    like($err, $why, 'and why');
}

SKIP: {
    my $consumers = $ENV{COPYHANG_CONSUMERS} // '/nowhere';
    skip 'no kcidb-io: COPYHANG_CONSUMERS names no folder that has it', 1
        if !-d "$consumers/kcidb-io/kcidb_io";
    my ($modules, $why) = reason(
        sub {
            packages(map { "python3-$_/bookworm" } qw(jsonschema attr pyrsistent));
        }
    );
    skip $why, 1 if !$modules;
    local $ENV{PYTHONPATH} = "$modules/usr/lib/python3/dist-packages:$consumers/kcidb-io";
    my $code = 'import sys, json; from kcidb_io.schema import V5_3;'
        . ' [V5_3.validate(json.load(open(path))) for path in sys.argv[1:]]';
    my ($status, undef, $err) = finish(launch('/usr/bin/python3', '-c', $code, @documents));
    is($status, 0, 'the schema of kcidb-io takes all of them') or diag($err);
}
done_testing;

# The document of $name.json, which has all that it has to have.
sub exported ($name, @options) {
    my $path = sprintf '%s/kcidb-%d-%s.json', $place, scalar @documents, $name;
    my ($status, undef, $err) =
        copyhang($programs, qw(export kcidb), "$place/$name.json", '--output', $path, @options);
    is($status, 0, "written of $name") or diag($err);
    push @documents, $path;
    my $document = $JSON->decode(slurp($path));
    is_deeply([problems($document)], [], 'with all that it has to have');
    return $document;
}

sub problems ($document) {
    my %ids;
    for my $kind (keys %WANTS) {
        $ids{$kind}{$_->{id}}++ for @{$document->{$kind} // []};
    }
    my $version  = $document->{version};
    my @problems = (
        (grep { $_ ne 'version' && !$WANTS{$_} } keys %{$document}),
        $version->{major} == 5 && $version->{minor} == 3 ? () : 'version',
        nulls($document, q{}),
        (
            map {
                my $of = $_;
                map { "$of->{$_} times $_" } grep { $of->{$_} > 1 } keys %{$of}
            } values %ids
        ),
    );
    for my $kind (keys %WANTS) {
        push @problems, map { wrong($_, \%ids, @{$WANTS{$kind}}) } @{$document->{$kind} // []};
    }
    return @problems;
}

# Nothing may be null, and no text may have a zero byte.
sub nulls ($value, $where) {
    return $where if !defined $value;
    return map { nulls($value->{$_}, "$where/$_") } keys %{$value} if ref $value eq 'HASH';
    return map { nulls($_,           "$where/-") } @{$value}       if ref $value eq 'ARRAY';
    return $value =~ /\0/ ? "$where: zero" : ();
}

sub wrong ($object, $ids, @wanted) {
    return (
        (grep { !defined $object->{$_} } @wanted),
        ($object->{id} =~ /\A\Q$object->{origin}\E:./ ? () : "id $object->{id}"),
        (grep { exists $object->{$_} && !$ids->{$REFERS{$_}}{$object->{$_}} } keys %REFERS),
        ($object->{path} // q{}) =~ /\A(?:[a-zA-Z0-9_-]+(?:[.][a-zA-Z0-9_-]+)*)?\z/ ? () : 'path',
        length($object->{log_excerpt} // q{}) <= 16_384 ? () : 'log_excerpt',
        ($object->{status} // 'PASS') =~ /\A(?:FAIL|ERROR|MISS|PASS|DONE|SKIP)\z/ ? () : 'status',
    );
}

sub statuses ($document) {
    return {map { $_->{path} => $_->{status} } @{$document->{tests}}};
}

# A guest that played a case to its end, was lost in another, and came to no third one.
sub guest ($outcome) {
    my %case  = (act => 'close', source => 'pty', sink => 'pipe', steps => []);
    my $words = $outcome =~ s/_/ /gr;
    my @cases = (
        {
            verdict  => 'broken',
            strategy => 'splice',
            reason   => "$words, while it was played",
            evidence => {timeline => 'stalled:1'}
        },
        {verdict => 'broken', strategy => 'sendfile', reason => "no result: $words, in boot 2"},
        {verdict => 'safe',   strategy => 'tee'},
    );
    return {
        name    => $outcome,
        outcome => $outcome,
        seconds => {},
        console => ['the last line'],
        cases   => [
            map {
                { %case, id => "close/$_->{strategy}/pty-pipe", %{$_} }
            } @cases
        ],
    };
}

sub seen ($commit, $verdict, $answer, $reason = undef) {
    return {
        identity => $commit,
        name     => substr($commit, 0, 12),
        verdict  => $verdict,
        reason   => $reason,
        why      => $reason,
        answer   => $answer,
        evidence => ['  stalled=yes'],
        boots    => 1,
        seconds  => 2.5
    };
}
