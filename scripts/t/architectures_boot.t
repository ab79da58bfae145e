#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Real kernels of arm64 and s390x: verdicts, and a panic.
#
# sample: does not build programs for other architectures, and plays nothing there without any
use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Architecture    ();
use Copyhang::Guest::Programs ();
use Copyhang::Kernel          ();
use Copyhang::Paths           ();
use Cpanel::JSON::XS          qw(decode_json);
use Fake                      qw(start finish);
use File::Temp                ();
use Test::More;

my @ONLY = map { ('--only', "exit_group/$_/pty-pipe") } qw(read_write sendfile);

# Return: why it cannot be played here, undef if it can.
sub obstacle ($architecture, $name) {
    return 'this machine is of it' if $architecture eq Copyhang::Architecture->host;
    my $all = ($ENV{COPYHANG_CASES} // q{}) eq 'all';
    local $ENV{COPYHANG_PROGRAMS} = undef;
    delete $ENV{COPYHANG_PROGRAMS};
    my $done = eval {
        die "no programs for $architecture were built yet\n"
            if !$all && !Copyhang::Guest::Programs->is_made($architecture);
        Copyhang::Guest::Programs->prepare($architecture, 1, sub ($words) { });
        Copyhang::Kernel->find($name)->fetch;
        1;
    };
    return $done ? undef : ref $@ ? $@->message // 'packages are missing' : $@ =~ s/\n//r;
}

# Those of this machine, and a folder with those of the other one.
sub programs ($architecture) {
    my ($place, $here) = (File::Temp->newdir, Copyhang::Paths->programs);
    symlink "$here/$_", "$place/$_" for qw(copyhang-cases copyhang-exec copyhang-init);
    local $ENV{COPYHANG_PROGRAMS} = undef;
    delete $ENV{COPYHANG_PROGRAMS};
    symlink Copyhang::Guest::Programs->folder($architecture), "$place/$architecture";
    return $place;
}

sub kernel ($programs, @arguments) {
    my ($status, $out, $err) =
        finish(start($programs, ['matrix', @arguments, '--json', q{-}]));
    return eval { decode_json($out)->{kernels}[0] } // diag("$status $err");
}

for my $architecture (qw(arm64 s390x)) {
    subtest $architecture => sub {
        my $name     = "debian:6.1/$architecture";
        my $obstacle = obstacle($architecture, $name);
        plan skip_all => $obstacle if defined $obstacle;
        my $programs = programs($architecture);
        my $kernel   = kernel($programs, $name, @ONLY);
        my %verdict  = map { $_->{strategy} => $_->{verdict} } @{$kernel->{cases}};
        is($kernel->{outcome}, 'complete', 'complete') or diag(explain $kernel);
        is_deeply(\%verdict, {read_write => 'safe', sendfile => 'hang'}, 'verdicts');
        is($kernel->{machine}, Copyhang::Architecture->machine($architecture), 'of its machine');

        $kernel = kernel($programs, $name, @ONLY, '--append', 'rdinit=/none root=/dev/none');
        is($kernel->{outcome}, 'panic', 'one that has no first process')
            or diag(explain $kernel);
    };
}

done_testing;
