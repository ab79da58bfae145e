#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Real boots: three kernels and what is known of them, and guests that cannot work.

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Failure ();
use Copyhang::Kernel  ();
use Copyhang::Paths   ();
use Cpanel::JSON::XS  ();
use Fake              qw(start finish slurp spew);
use File::Copy        qw(copy);
use File::Temp        ();
use Test::More;

my @KERNELS = qw(debian:5.10 debian:6.1 debian:7.3);
my @ONLY    = map { ('--only', "exit_group/$_/pty-pipe") } qw(read_write sendfile splice);

my @kernels = map { kernel($_) } @KERNELS;
my ($image) = reverse $kernels[1]->images;    # compressed, as it came

subtest 'verdicts of three kernels' => sub {
    my $place = File::Temp->newdir;
    my ($status, $document) =
        matrix(Copyhang::Paths->programs, {}, @KERNELS, @ONLY, '--junit', "$place/junit");
    is($status, 1, 'exit 1: there are hangs');
    my %sendfile;
    for my $kernel (@{$document->{kernels}}) {
        is($kernel->{outcome}, 'complete', "$kernel->{name} is complete") or diag(explain $kernel);
        my %verdict = map { $_->{strategy} => $_->{verdict} } @{$kernel->{cases}};
        is_deeply([@verdict{qw(read_write splice)}],
            [qw(safe hang)], 'read_write is safe, splice hangs');
        $sendfile{$kernel->{name}} = $verdict{sendfile};
    }
    is_deeply(
        \%sendfile,
        {'debian:5.10' => 'refused', 'debian:6.1' => 'hang', 'debian:7.3' => 'hang'},
        'sendfile is refused, then hangs'
    );
    my ($transition) = grep { $_->{id} =~ m{/sendfile/} } @{$document->{transitions}};
    is_deeply(
        [@{$transition}{qw(before after from to)}],
        [qw(debian:5.10 debian:6.1 refused hang)],
        'a transition'
    );
    is(() = slurp("$place/junit") =~ /<testsuite /g, 3, 'JUnit: a suite for each kernel');
};

subtest 'programs in two kernels' => sub {
    my $place = File::Temp->newdir;
    mkdir "$place/lib";
    compile("$place/lib/libcopy.so", <<'C', qw(-shared -fPIC));
#include <unistd.h>
void copy(void)
{
	char bytes[512];
	long got;

	while ((got = read(0, bytes, sizeof(bytes))) > 0 && write(1, bytes, got) > 0)
		;
}
C
    compile("$place/linked", 'void copy(void); int main(void) { copy(); return 0; }',
        "-L$place/lib", '-lcopy', '-Wl,-rpath,$ORIGIN/lib');
    spew("$place/script", "#!/bin/sh\nexec $place/linked\n");
    spew("$place/lost",   "#!/bin/sh\necho so it begins >&2\nexec no_such_program\n");
    chmod oct 755, "$place/$_" for qw(script lost);
    my ($status, $document, $err) = matrix(
        Copyhang::Paths->programs, {},
        @KERNELS[0, 1],     '--source',
        'pty',              '--html',
        "$place/html",      '--write-baseline',
        "$place",           '--carry',
        "$place/linked",    map { ('--exec', $_) } 'busybox cat',
        'cat',              'dd if={in}',
        "sh $place/script", "$place/script",
        "$place/lost"
    );
    is($status, 1, 'exit 1: one hangs, and one is broken') or diag $err;

    for my $kernel (@{$document->{kernels}}) {
        is($kernel->{outcome}, 'complete', "$kernel->{name} is complete") or diag(explain $kernel);
        my %case      = map { $_->{strategy} => $_ } @{$kernel->{cases}};
        my $has_hangs = $kernel->{name} eq $KERNELS[1];
        is_deeply(
            {map { $_ => $case{$_}{verdict} } keys %case},
            {
                'exec:busybox_cat' => $has_hangs ? 'hang' : 'safe',
                'exec:lost'        => 'broken',
                map { ("exec:$_" => 'safe') } qw(cat dd_if=_in script),
                'sh_' . "$place/script" =~ tr{/}{_}r,
            },
            'the verdicts'
        );
        is(
            $case{'exec:busybox_cat'}{steps}[0],
            'sendfile(1<sink>, 0<source>, NULL, 16 MiB)=' . ($has_hangs ? 'stalled' : 'EINVAL'),
            'through sendfile'
        );
        is(
            $case{'exec:script'}{evidence}{cascade},
            'read 512, then write to stdout',
            'through a library of its own'
        );
        is($case{'exec:lost'}{evidence}{stderr}[0], 'so it begins', 'what the broken one said');
    }
    is_deeply(
        [map { "$_->{id} $_->{from} $_->{to}" } @{$document->{transitions}}],
        ['exit_group/exec:busybox_cat/pty-pipe safe hang'],
        'a transition'
    );
    ok(-s "$place/html", 'HTML');
    like(
        slurp("$place/debian-6.1.json"),
        qr{"exit_group/exec:busybox_cat/pty-pipe": "hang"},
        'a baseline'
    );
};

my %faults = (
    'an init that is no program' => [
        sub ($folder) { spew("$folder/copyhang-init", "nothing\n") },
        'panic', qr/No working init/i
    ],
    'an init that ends at once' => [
        sub ($folder) {
            compile("$folder/copyhang-init", 'int main(void) { return 0; }', '-static');
        },
        'panic',
        qr/Attempted to kill init/
    ],
);
for my $name (sort keys %faults) {
    my ($plant, $outcome, $detail) = @{$faults{$name}};
    my $folder = File::Temp->newdir;
    my $from   = Copyhang::Paths->programs;
    for my $program (qw(copyhang-cases copyhang-init)) {
        copy("$from/$program", "$folder/$program") or die "cannot copy $program: $!";
        chmod oct 755, "$folder/$program";
    }
    $plant->($folder);
    my ($status, $document) = matrix($folder, {}, $image, @ONLY);
    is($document->{kernels}[0]{outcome}, $outcome, "$name: $outcome");
    like($document->{kernels}[0]{detail}, $detail, 'with its text');
    is($status, 125, 'nothing was tested');
}

subtest 'a kernel that is cut short' => sub {
    my $folder = File::Temp->newdir;
    spew("$folder/vmlinuz", substr slurp($image), 0, 3_000_000);
    my ($status, $document) =
        matrix(Copyhang::Paths->programs, {BOOT_SILENT => 2}, "$folder/vmlinuz", @ONLY);
    my $kernel = $document->{kernels}[0];
    like($kernel->{outcome}, qr/\A(?:boot|emulator)_failed\z/, $kernel->{outcome});
    is($status, 125, 'nothing was tested');
};

SKIP: {
    skip 'needs root, to mount a small file system', 2 if $>;
    my $small = File::Temp->newdir;
    system('mount', '-t', 'tmpfs', '-o', 'size=256k', 'small', "$small") == 0
        or skip 'cannot mount a small file system here', 2;
    my ($vmlinux) = $kernels[1]->images;
    local $ENV{XDG_CACHE_HOME} = "$small";
    my ($status, undef, $err) = matrix(Copyhang::Paths->programs, {}, $vmlinux, @ONLY);
    system 'umount', "$small";
    is($status, 2, 'a cache without room: exit 2');
    like($err, qr/^copyhang matrix: cannot .*: no space left on the device$/mi, 'said so');
}

done_testing;

sub kernel ($name) {
    my $kernel = eval {
        my $found = Copyhang::Kernel->find($name);
        $found->fetch;
        $found;
    };
    return $kernel if $kernel;
    my $reason = ref $@ ? $@->{message} : $@;
    plan skip_all => "no $name to be had: $reason";
}

sub compile ($path, $code, @options) {
    open my $in, '|-', qw(cc -x c -o), $path, q{-}, @options or die "cannot run cc: $!";
    print {$in} $code;
    close $in or die 'cannot compile';
    return;
}

# (exit status, what --json says, standard error)
sub matrix ($programs, $limits, @arguments) {
    my ($status, $out, $err) =
        finish(start($programs, ['matrix', @arguments, '--json', '-'], %{$limits}));
    return ($status, eval { Cpanel::JSON::XS->new->decode($out) } // {}, $err);
}
