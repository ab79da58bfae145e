#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# The command export: finds its engines, and hands them what is theirs.
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Command         ();
use Copyhang::Command::Export ();
use Fake                      qw(copyhang slurp);
use Test::More;

my %engine = Copyhang::Command::Export->engines_of('Export');
ok(scalar keys %engine, 'there are engines');
my ($status, $out, $err) = copyhang('/nowhere', 'export');
is($status, 0, 'without a name: a list');
my $manual = slurp(Copyhang::Command->manual('export'));
for my $name (sort keys %engine) {
    my $summary = $engine{$name}->summary;
    like($out,    qr/^\Q$name\E +\Q$summary\E$/m,        "lists $name");
    like($manual, qr/^=item \Q$name\E$/m,                'the manual tells of it');
    like($manual, qr/^    copyhang export \Q$name\E\b/m, 'and how to call it');
}

my %refused = (
    'no engine'           => [['nowhere'], qr/no engine 'nowhere'; 'copyhang export' lists them/],
    'an option of others' => [[qw(kselftest --no-such)],       qr/unknown option: no-such/],
    'no tree'             => [[qw(kselftest --into /nowhere)], qr{/nowhere is no kernel tree}],
);
for my $what (sort keys %refused) {
    my ($arguments, $why) = @{$refused{$what}};
    my ($how, undef, $said) = copyhang('/nowhere', 'export', @{$arguments});
    is($how, 2, "$what: refused");
    like($said, $why, 'and why');
}

done_testing;
