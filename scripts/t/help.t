#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Command ();
use Fake              qw(copyhang);
use Pod::Checker      ();
use Test::More;

my @names   = Copyhang::Command->names;
my @modules = map { lc s{.*/|[.]pm\z}{}gr =~ s/(?<=[a-z])(?=[A-Z])/-/gr }
    glob "$Bin/../lib/Copyhang/Command/*.pm";
is_deeply(\@names, [sort @modules], 'each command has a manual');
for my $name (@names) {
    my ($status, $out) = copyhang('/nowhere', $name, '--help');
    is($status, 0, "copyhang $name --help");
    like($out, qr/^NAME\n +copyhang $name - /m, 'is its manual');
    is((copyhang('/nowhere', 'help', $name))[1], $out, 'and what help shows');
}
for my $arguments (['help'], ['--help'], ['-h']) {
    my ($status, $out) = copyhang('/nowhere', @{$arguments});
    is($status, 0, "copyhang @{$arguments}");
    like($out, qr/^ +copyhang $_ - /m, "lists $_") for @names;
}
for my $file (Copyhang::Command->manuals) {
    my $checker = Pod::Checker->new(-warnings => 1);
    open my $nowhere, '>', '/dev/null';
    $checker->parse_from_file($file, $nowhere);
    is($checker->num_errors, 0, "$file: POD") or diag($file);
}

# On a fresh machine only perl-base is there when a command begins.
my $base = '/usr/lib/' . (glob '/usr/lib/*-linux-gnu*/perl-base')[0] =~ s{\A/usr/lib/}{}r;
SKIP: {
    skip 'no perl-base here', 1 if !-d $base;
    for my $name (grep { $_ ne 'help' } @names) {
        my $code = "BEGIN { \@INC = ('$base', '$Bin/../lib') } use Copyhang::Command;"
            . " exit(Copyhang::Command->find('$name') ? 0 : 1)";
        is(system($^X, '-e', $code), 0, "$name loads with perl-base alone");
    }
}

done_testing;
