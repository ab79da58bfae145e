#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# The linters of .ci/run, asked about a few files, and the git hook that does so before a commit.
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Cwd        qw(abs_path);
use Fake       qw(finish spew);
use File::Temp ();
use Real       qw(launch);
use Test::More;

my $checkout = abs_path("$Bin/../..");
my $place    = File::Temp->newdir;
local @ENV{qw(COPYHANG_BUILD HOME GIT_CONFIG_NOSYSTEM)} = ("$place/build", "$place", 1);
delete @ENV{qw(GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE)};
plan skip_all => 'no checkout of git' if !-e "$checkout/.git";
plan skip_all => 'linters are missing'
    if (finish(launch("$checkout/scripts/setup", 'lint', '--no-install')))[0] == 2;
ok(!-e "$place/build/CMakeCache.txt", 'for linters nothing is built');

# A copy of what is committed, with the .ci/ of now.
my $clone = "$place/clone";
is(system("git clone --quiet --shared $checkout $clone && cp -r $checkout/.ci $clone"),
    0, 'a clone');
chdir $clone or die "$clone: $!";
delete $ENV{COPYHANG_BUILD};

# (exit status, the steps that failed)
sub lint (@command) {
    my ($status, $out, $err) = finish(launch(@command));
    return [$status, $out =~ /^(\S+) +\d+ s  FAILED/mg];
}
my @lint = qw(.ci/run lint --no-install);

my %bad = (
    'cases/bad.c'        => ['clang-format', "int  bad( void )\n{ return 0; }\n"],
    'scripts/bad'        => ['shellcheck',   "#!/bin/sh\nrm \$1\n"],
    'scripts/bad.bash'   => ['shellcheck',   "# shellcheck shell=bash\nrm \$1\n"],
    'scripts/lib/Bad.pm' =>
        ['perltidy', "use strict;\nuse warnings;\n\nif ( 1 ){ print  1 }\n\n1;\n"],
    'scripts/t/bad.t' => ['perlcritic', "print 1;\n"],
    'bad.yml'         => ['yamllint',   "a:  b\n"],
);
for my $file (sort keys %bad) {
    spew($file, $bad{$file}[1]);
    my ($status, @failed) = @{lint(@lint, $file)};
    is($status, 1, "$file: fails");
    ok((grep { $_ eq $bad{$file}[0] } @failed), "$file: $bad{$file}[0]") or diag("@failed");
}
is_deeply(lint(@lint, 'README.md'), [0], 'of other files they are not asked');

spew('scripts/good.bash', "# shellcheck shell=bash\nrm \"\$1\"\n");
is_deeply(lint('.ci/hooks/pre-commit'), [0], 'nothing is about to be committed');
system 'git add scripts/good.bash';
is_deeply(lint('.ci/hooks/pre-commit'), [0], 'something good');
system 'git add scripts/bad.bash';
is_deeply(lint('.ci/hooks/pre-commit'), [1, 'shellcheck'], 'something bad');

is((finish(launch('.ci/run', '--help')))[0], 0, '--help');
is((finish(launch('.ci/run', $_)))[0], 2, "not $_") for 'lnt', 'lint/nowhere';
chdir $checkout or die "$checkout: $!";

done_testing;
