#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# What bash completes after copyhang: all that the program knows, as it comes from there.
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Command ();
use Copyhang::Failure ();
use Fake              qw(finish programs case);
use Real              qw(launch);
use Test::More;

my $programs = programs(
    [
        map { case ($_, 'safe') }
            qw(exit_group/sendfile/pty-pipe exit_group/sendfile/tcp-pipe
            exit_group/splice/pty-pipe close/sendfile_offset/pty-pipe)
    ]
);
local $ENV{COPYHANG_PROGRAMS} = "$programs";

# As bash calls it, which has its own compopt only then. Return: what is offered, and after a / that
# more is to come.
my $ASK = <<'BASH';
. "$1"
shift
compopt() { echo "compopt $*"; }
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_copyhang "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
BASH

sub offered (@words) {
    my ($status, $out, $err) =
        finish(
        launch('bash', '-c', $ASK, 'bash', "$Bin/../completion.bash", "$Bin/../copyhang", @words));
    is($err, q{}, "copyhang @words");
    return [grep { length } split /\n/, $out];
}

my @names = Copyhang::Command->names;
is_deeply(offered(q{}),            \@names,                  'commands');
is_deeply(offered('bi'),           [qw(bisect bisect-step)], 'those that begin so');
is_deeply(offered('help', q{}),    \@names,                  'commands to explain');
is_deeply(offered('--'),           [qw(--help --version)],   'options of copyhang itself');
is_deeply(offered('kernels', 'f'), ['fetch'],                'what kernels does');
is_deeply(offered('run', q{}),     [],                       'else bash offers files');
is_deeply(offered('export', q{}),
    [sort { $a cmp $b } map { lc s{.*/|[.]pm\z}{}gr } glob "$Bin/../lib/Copyhang/Export/*.pm"],
    'engines');

is_deeply(
    offered('import', q{}),
    [sort { $a cmp $b } map { lc s{.*/|[.]pm\z}{}gr } glob "$Bin/../lib/Copyhang/Import/*.pm"],
    'and those whose results are read'
);

# A command takes its options through this; that is all of it that is wanted.
my @specification;
{
    no warnings 'redefine';
    *Copyhang::Command::options = sub ($class, $arguments, @options) {
        @specification = @options;
        Copyhang::Failure->quit(0);
    };
}
for my $name (grep { $_ ne 'help' } @names) {
    eval { Copyhang::Command->find($name)->main };
    my @options = map { '--' . s/[=|!].*//r } @specification;
    is_deeply(offered($name, '--'), [sort '--help', @options], "options of $name");
}

is_deeply(offered(qw(run --only ex)), ['compopt -o nospace', 'exit_group/'], 'the act of a case');
is_deeply(offered(qw(explain ex)),    ['compopt -o nospace', 'exit_group/'], 'to be explained');
is_deeply(
    offered(qw(bisect --case exit_group/)),
    ['compopt -o nospace', 'exit_group/sendfile/', 'exit_group/splice/'],
    'its strategy'
);
is_deeply(
    offered(qw(list --only exit_group/sendfile/)),
    [qw(exit_group/sendfile/pty-pipe exit_group/sendfile/tcp-pipe)],
    'its ends'
);
is_deeply(offered(qw(run --only x)), [], 'no such case');
ok((grep { $_ eq 'bash' } @{offered(qw(exec -- bas))}), 'a program under test');
is_deeply(offered(qw(exec -- cat --)), [], 'whose options are its own');

done_testing;
