#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Whether a fix is accepted: with a toy tree and an emulator that boots nothing.

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Cpanel::JSON::XS ();
use Fake             qw(copyhang slurp spew);
use File::Temp       ();
use Golden           qw(golden_session);
use Test::More;
use ToyTree qw(toy_tree toy_guests commit git named);

my $cache = File::Temp->newdir;
my ($programs, $emulator) = toy_guests();
local $ENV{PATH}           = "$emulator:$ENV{PATH}";
local $ENV{XDG_CACHE_HOME} = "$cache";

# What measures, and what an emulator makes of it.
spew("$programs/copyhang-exec",
    "#!/bin/sh\necho rate/sendfile/file-pipe; echo rate/sendfile/pipe-file\n");
chmod oct 755, "$programs/copyhang-exec";
spew("$emulator/plan", <<'PLAN' . slurp("$emulator/plan"));
if ($ids[0] =~ /^rate/) {
    hello();
    for (@ids) {
        started($_);
        my @told = /pipe-file/ ? ('refused', 'errno=EINVAL') : ('safe', 'bytes_per_s=400000000');
        channel('ok ' . ++$count . " $_", "#   verdict=$told[0]", "#   $told[1]");
    }
    end();
}
PLAN

my ($tree, @commits) = toy_tree('/nowhere', qw(hang refused hang unbuildable panic safe));
my $place = File::Temp->newdir;

# A file that does to a commit what another one has done; how git mails it.
sub patch ($name, $from, $to) {
    my $text = join "\n", git($tree, qw(format-patch --stdout --no-signature), "$from..$to"), q{};
    spew("$place/$name", $text);
    return "$place/$name";
}

# Commits beside the others, each after the first.
sub beside ($number, $behaviour, $file = undef) {
    git($tree, qw(checkout --quiet --detach), $commits[0]);
    spew("$tree/$file", "new\n") if defined $file;
    return commit("$tree", $number, $behaviour);
}

my %BESIDE = (
    refuses => beside(20, 'refused', 'new'),
    word    => beside(21, 'hang'),
    syntax  => beside(22, 'unbuildable'),
    panics  => beside(23, 'panic'),
);
my %patch = map { $_ => patch("$_.patch", $commits[0], $BESIDE{$_}) } keys %BESIDE;
my $stale = patch('stale.patch', $commits[3], $commits[4]);
git($tree, qw(checkout --quiet main));
git($tree, qw(config user.name T));
git($tree, qw(config user.email t@example.org));
my %named = named(@commits);

# What names a patched commit depends on the configuration.
sub accept_fix (@arguments) {
    my ($status, @told) = copyhang($programs, 'accept', '--git', "$tree", @arguments);
    return ($status, map { s/git-[0-9a-f]{16}/git-ENTRY/gr } @told);
}

my @base = ('--base', $commits[0]);
golden_session(
    'accept-command.txt',
    \&accept_fix,
    [
        [@base, '--fix', $commits[1], '--repeat', 1],
        map { [@base, '--no-rates', '--fix', $_] } @patch{qw(refuses word syntax panics)}, $stale
    ],
    \%named
);

subtest 'what is worse, and JSON' => sub {
    my ($status, $out) =
        accept_fix('--base', $commits[1], '--fix', $commits[2], '--repeat', 2, '--json',
        "$place/json");
    is($status, 1, 'is not accepted') or diag($out);
    unlike($out, qr/Tested-by/, 'nor said to be tested');
    my $found = Cpanel::JSON::XS->new->decode(slurp("$place/json"));
    is($found->{changes}[0]{kind}, 'worse', 'what it is');
    is_deeply($found->{rates}[0]{base}, [(400000000) x 3], 'and what was measured');
    is($found->{boots}, 10, 'in so many boots');
};

subtest 'the tree' => sub {
    is_deeply([git($tree, qw(status --porcelain))], [], 'is as it was');
    is_deeply([git($tree, qw(for-each-ref --format=%(refname)))],
        ['refs/heads/main'], 'with its refs');
    my ($other) = glob "$cache/copyhang/trees/*/copyhang";
    git($other, qw(checkout --quiet --force --detach), $commits[0]);
    ok(!-e "$other/new", 'and a file that a patch has added is gone');
};

golden_session(
    'accept-refused.txt',
    \&accept_fix,
    [
        ['--fix', 'v9'],
        [@base],
        [@base,    qw(--fix v9)],
        [@base,    '--fix', $commits[0]],
        [@base,    '--fix', $patch{word}, $commits[1]],
        [@base,    '--fix', $commits[1],  qw(--only x)],
        [@base,    '--fix', $commits[1],  qw(--arch vax)],
        [@base,    '--fix', $commits[1],  qw(--no-rates --repeat 2)],
        ['--base', 'v9',    '--fix',      $commits[1]],
    ],
    \%named
);

done_testing;
