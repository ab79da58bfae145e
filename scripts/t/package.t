#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# The package for Debian, made of what is built: what it says and has, what lintian says of it, and
# that it works from where it is unpacked, with nothing of the checkout.
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Cpanel::JSON::XS ();
use Fake             qw(finish slurp);
use File::Temp       ();
use Real             qw(launch program);
use Test::More;
use Unpacked qw(packages reason);

# Files by the schema of their kind; what a step of a plan may be tmt itself puts together, and we do not.
my $VALIDATE = <<'END';
import glob, sys, jsonschema, yaml
schemas, files = {}, sys.argv[2:]
for path in glob.glob(sys.argv[1] + '/**/*.yaml', recursive=True):
    schema = yaml.safe_load(open(path)) or {}
    schemas[schema.get('$id')] = schema
for kind, path in zip(files[::2], files[1::2]):
    schema = schemas['/schemas/' + kind]
    resolver = jsonschema.RefResolver.from_schema(schema, store=schemas)
    validator = jsonschema.Draft7Validator(schema, resolver=resolver)
    errors = list(validator.iter_errors(yaml.safe_load(open(path))))
    assert not errors, '%s: %s' % (path, errors[0].message)
END

my ($build) = program() =~ m{(.*)/kselftest/};
my $cache = slurp("$build/CMakeCache.txt");
plan skip_all => 'what is packed is static: this build is not'
    if $cache !~ /^COPYHANG_STATIC:BOOL=ON$/m;
plan skip_all => "$_ is missing" for grep { system("command -v $_ >/dev/null") } qw(cpack lintian);

my $place = File::Temp->newdir;
my ($status, $out, $err) =
    finish(launch('cpack', '-G', 'DEB', '--config', "$build/CPackConfig.cmake", '-B', "$place"));
is($status, 0, 'cpack makes a package') or BAIL_OUT("$out$err");
my ($package) = glob "$place/copyhang_*.deb";
chomp(my $version = slurp("$Bin/../../VERSION"));

# The packages that a purpose of scripts/setup needs.
sub needs ($purpose) {
    return join ', ',
        grep { $_ ne 'util-linux' } slurp("$Bin/../setup") =~ /^$purpose +(\S+) +\S+$/mg;
}
my %says = (
    Version    => $version,
    Depends    => needs('run'),
    Recommends => needs('matrix'),
    Suggests   => needs('bisect')
);
for my $field (sort keys %says) {
    my (undef, $value) = finish(launch('dpkg-deb', '-f', $package, $field));
    is($value, "$says{$field}\n", $field);
}

($status, $out) =
    finish(
    launch('lintian', '--allow-root', '--fail-on=error,warning', '--display-info', $package));
is_deeply([$status, $out], [0, q{}], 'lintian has nothing to say but what is overridden');

my $root = "$place/root";
is(system('dpkg-deb', '-x', $package, $root), 0, 'unpacked');
my (undef, $ids) = finish(launch(program(), '--list'));
delete @ENV{qw(COPYHANG_PROGRAMS COPYHANG_BUILD)};
my $copyhang = "$root/usr/bin/copyhang";
is((finish(launch($copyhang, '--version')))[1], "copyhang $version\n", '--version');
my @only = qw(--only exit_group/read_write/*-file --only exit_group/ficlone/pty-pipe);
($status, $out, $err) = finish(launch($copyhang, 'run', @only));
is($status, 0, 'runs') or diag($out, $err);
like($out, qr/^Linux .*: \d+ safe, .*1 refused$/m, 'its own cases');
($status, $out) = finish(launch($copyhang, 'explain', 'busybox'));
like($out, qr/^Programs that do the same: /m, 'explains, with all that this needs');
($status, $out) = finish(launch($copyhang, 'list'));
is($out, $ids, 'those of the checkout');
{
    local @ENV{qw(PATH AUTOPKGTEST_ARTIFACTS COPYHANG_RUN_OPTIONS)} =
        ("$root/usr/bin:$ENV{PATH}", "$place", "@only");
    my $tests = "$root/usr/share/copyhang/autopkgtest/debian";
    is((finish(launch("$tests/tests/cases")))[0], 0, 'its test for autopkgtest');
    ok(-s "$place/copyhang.$_", "leaves $_") for qw(json xml html);
    results_of_tmt("$root/usr/share/copyhang/tmt");
    like(slurp("$tests/changelog"), qr/\Acopyhang \(\Q$version\E\) /, 'whose version is known');
}

# Each case with its own result, and all of them together.
sub results_of_tmt ($tests) {
    like(slurp("$tests/cases.fmf"), qr/^result: custom$/m, 'its test for tmt');
    is(slurp("$tests/.fmf/version"), "1\n", 'at a root of its metadata');
    local $ENV{TMT_TEST_DATA} = "$place";
    is((finish(launch("$tests/cases")))[0], 0, 'it ends well');
    my %result =
        map { $_->{name} => $_->{result} }
        @{Cpanel::JSON::XS->new->decode(slurp("$place/results.yaml"))};
    is($result{q{/}},                              'pass', 'there are results');
    is($result{'/exit_group/read_write/pty-file'}, 'pass', 'of a safe case');
    local $ENV{COPYHANG_RUN_OPTIONS} = '--only exit_group/sendfile/pty-pipe';
    finish(launch("$tests/cases"));
    like(
        slurp("$place/results.yaml"),
        qr{"/exit_group/sendfile/pty-pipe",\s+"result" : "info"},
        'a hang is no news'
    );
    valid_for_tmt(
        test    => "$tests/cases.fmf",
        plan    => "$tests/plan.fmf",
        results => "$place/results.yaml"
    );
    $ENV{COPYHANG_RUN_OPTIONS} = '--only no/such-case';
    is((finish(launch("$tests/cases")))[0], 1, 'it says that nothing was tested');
    like(slurp("$place/results.yaml"), qr{"name" : "/",\s+"result" : "error"}, 'to tmt, too');
    return;
}

# By tmt's own schemas, of which no copy is here.
sub valid_for_tmt (@files) {
SKIP: {
        my $schemas = ($ENV{COPYHANG_CONSUMERS} // '/nowhere') . '/tmt/tmt/schemas';
        skip 'no tmt: COPYHANG_CONSUMERS names no folder that has it', 1 if !-d $schemas;
        my ($modules, $why) = reason(
            sub {
                packages(map { "python3-$_/bookworm" } qw(attr jsonschema pyrsistent yaml));
            }
        );
        skip $why, 1 if !$modules;
        local $ENV{PYTHONPATH} = "$modules/usr/lib/python3/dist-packages";
        my ($how, $said, $err) =
            finish(launch('/usr/bin/python3', '-c', $VALIDATE, $schemas, @files));
        is($how, 0, 'valid for tmt') or diag("$said$err");
    }
    return;
}
my @commands = (finish(launch($copyhang, 'help')))[1] =~ /^ +copyhang ([a-z-]+) - /mg;
ok(-s "$root/usr/share/man/man1/copyhang-$_.1.gz", "has a page for $_") for @commands;
ok(-s "$root/usr/share/$_",                        "has $_")
    for 'man/man1/copyhang.1.gz', 'man/man7/copyhang-verdicts.7.gz',
    'bash-completion/completions/copyhang', 'doc/copyhang/copyright';

done_testing;
