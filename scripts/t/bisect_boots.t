#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Bisecting real kernels: sendfile from a terminal into a pipe is refused by 5.10, and hangs since.

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Kernel         ();
use Copyhang::Kernel::Debian ();
use Copyhang::Paths          ();
use Cpanel::JSON::XS         ();
use Fake                     qw(start finish);
use List::Util               qw(first);
use POSIX                    qw(ceil);
use Test::More;

my ($OLD, $NEW) = qw(debian:5.10 debian:7.3);
my $CASE = 'exit_group/sendfile/pty-pipe';

my @offered = eval { Copyhang::Kernel->find($OLD); Copyhang::Kernel::Debian->all };
plan skip_all => 'no kernels to be had: ' . (ref $@ ? $@->message : $@) if !@offered;

# (exit status, what --json says)
sub bisect (@arguments) {
    my ($status, $out, $err) =
        finish(start(Copyhang::Paths->programs, ['bisect', @arguments, '--json', q{-}]));
    diag($err) if $status;
    return ($status, eval { Cpanel::JSON::XS->new->decode($out) } // {});
}

sub version ($seen) {
    return ($seen->{version} // q{}) =~ s/-[^-]*\z//r;
}

subtest 'among the default list' => sub {
    my $list = Copyhang::Paths->fixture('kernels');
    my ($status, $found) =
        bisect('--case', $CASE, '--good', $OLD, '--bad', $NEW, '--kernels', $list);
    is($status,                 0,         'exit 0');
    is($found->{good}{verdict}, 'refused', 'refused');
    is($found->{bad}{verdict},  'hang',    'then it hangs');
    is($found->{good}{name},    $OLD,      "up to $OLD");
    like(version($found->{bad}),       qr/\A6[.]1[.]/,     'since 6.1');
    like("@{$found->{bad}{evidence}}", qr/bystander\s+D /, 'with the evidence');
    cmp_ok($found->{boots}, '<=', 2 + ceil(log($found->{among}) / log 2), "$found->{boots} boots");
};

subtest 'among all that Debian offers' => sub {
    my ($status, $found) = bisect('--case', $CASE, '--good', $OLD, '--bad', $NEW);
    my @had_not = map { $_->{name} } grep { !$_->{boots} } @{$found->{steps}};
    my $first =
        first { version({version => $_->version}) =~ /\A6[.]1[.]/ && $_->flavour =~ /\Acloud/ }
        Copyhang::Kernel->sorted(@offered);
    plan skip_all => "$had_not[-1] cannot be downloaded" if $status == 125 && @had_not;
    is($status,             0,            'exit 0');
    is($found->{bad}{name}, $first->name, 'the first 6.1');
    like(version($found->{good}), qr/\A5[.]10[.]/, 'after the last 5.10');
    is($found->{good}{verdict}, 'refused', 'refused');
    is($found->{bad}{verdict},  'hang',    'then it hangs');
    cmp_ok(
        $found->{boots}, '<=',
        2 + ceil(log($found->{among}) / log 2),
        "$found->{boots} boots of $found->{among} kernels"
    );
};

done_testing;
