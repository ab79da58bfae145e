# SPDX-License-Identifier: GPL-2.0-only
#
# Real guests of other architectures, for tests.
package Foreign;

use v5.36;

use Copyhang::Architecture    ();
use Copyhang::Guest::Programs ();
use Copyhang::Kernel          ();
use Copyhang::Paths           ();
use Cpanel::JSON::XS          qw(decode_json);
use Exporter 'import';
use Fake       qw(start finish);
use File::Temp ();
use Test::More;

our @EXPORT_OK = qw(obstacle programs foreign boot);

# Runs the code as somebody does who has not built programs himself.
sub _without_programs ($code) {
    local $ENV{COPYHANG_PROGRAMS} = undef;
    delete $ENV{COPYHANG_PROGRAMS};
    return $code->();
}

# Why a kernel of an architecture cannot be booted here; undef if it can. Programs are built only if
# all is to be played.
sub obstacle ($architecture, $name) {
    return 'this machine is of it' if $architecture eq Copyhang::Architecture->host;
    my $all  = ($ENV{COPYHANG_CASES} // q{}) eq 'all';
    my $done = eval {
        _without_programs(
            sub () {
                die "no programs for $architecture were built yet\n"
                    if !$all && !Copyhang::Guest::Programs->is_made($architecture);
                Copyhang::Guest::Programs->prepare($architecture, 1, sub ($words) { });
            }
        );
        Copyhang::Kernel->find($name)->fetch;
        1;
    };
    return $done ? undef : ref $@ ? $@->message // 'packages are missing' : $@ =~ s/\n//r;
}

# The folder of those that were built for an architecture.
sub foreign ($architecture) {
    return _without_programs(sub () { Copyhang::Guest::Programs->folder($architecture) });
}

# Those of this machine, and a folder with those of the other one.
sub programs ($architecture, $folder = foreign($architecture)) {
    my ($place, $here) = (File::Temp->newdir, Copyhang::Paths->programs);
    symlink "$here/$_", "$place/$_" for qw(copyhang-cases copyhang-exec copyhang-init);
    symlink $folder,    "$place/$architecture";
    return $place;
}

# What the JSON document says of the one kernel that was booted with these arguments. %limits: changes
# of Copyhang::Limits.
sub boot ($programs, $arguments, %limits) {
    my ($status, $out, $err) =
        finish(start($programs, ['matrix', @{$arguments}, '--json', q{-}], %limits));
    return eval { decode_json($out)->{kernels}[0] } // diag("$status $err");
}

1;

__END__

=head1 NAME

Foreign - real guests of other architectures, for tests

=head1 SYNOPSIS

    my $obstacle = obstacle('arm64', 'debian:6.1/arm64');
    plan skip_all => $obstacle if defined $obstacle;
    my $kernel = boot(programs('arm64'), ['debian:6.1/arm64', '--only', 'poll/*/pty-pipe']);
    is($kernel->{outcome}, 'complete');

=cut
