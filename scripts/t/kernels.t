#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Kernels of Debian: their names, downloads, and what keeps the cache whole.
use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Cache  ();
use Copyhang::Kernel ();
use Copyhang::Paths  ();
use Fake             qw(copyhang start finish slurp spew);
use File::Temp       ();
use Golden           qw(golden_session);
use Real             qw(comes_true);
use Repository       qw(new_key publish package_file image machine architecture);
use Test::More;

my $place  = File::Temp->newdir;
my $mirror = "$place/mirror";
my $arch   = architecture();
my $key    = new_key("$place/key");
local $ENV{APT_CONFIG} = machine($place, "file:$mirror", $key);
my $banner = '5.10.0-46-cloud (a@b) #1 SMP Debian 5.10.262-1 (2026-01-01)';
my $elf    = "\x7fELF" . 'x' x 4000;
spew("$place/plain", $elf);
my $image = image($banner, scalar `gzip <$place/plain`, q{});

sub old_layout ($suite, $release, $version, $suffix = q{}, @depends) {
    return package_file(
        $mirror,  $suite, "linux-image-$release$suffix",
        $version, "@depends",
        "boot/vmlinuz-$release"                => $image,
        "boot/config-$release"                 => "CONFIG_X=y\n",
        "lib/modules/$release/kernel/fs/a.ko"  => 'module',
        "lib/modules/$release/modules.builtin" => q{},
    );
}

sub new_layout ($suite, $release, $version, @parts) {
    my $modules = "usr/lib/modules/$release";
    my %files   = (
        image   => {},
        binary  => {"$modules/vmlinuz"           => $image},
        modules => {"$modules/kernel/fs/a.ko.xz" => 'module'},
        base    => {"$modules/config"            => "CONFIG_X=y\n"},
    );
    package_file($mirror, $suite, "linux-$_-$release", $version, q{}, %{$files{$_}}) for @parts;
    return;
}

old_layout('bullseye',          "5.10.0-30-cloud-$arch", '5.10.218-1');
old_layout('bullseye-security', "5.10.0-46-cloud-$arch", '5.10.262-1', $_) for q{}, '-unsigned';
old_layout('bullseye-security', "5.10.0-46-rt-$arch",           '5.10.262-1');
old_layout('bullseye-security', "6.1.0-0.deb11.52-cloud-$arch", '6.1.180-1~deb11u1');
old_layout($_, "6.1.0-50-cloud-$arch", '6.1.180-1') for qw(bookworm bookworm-security);
old_layout('bookworm-security', "6.1.0-9-cloud-$arch",      '6.1.27-1', '-unsigned');
old_layout('bookworm',          "6.1.0-50-$arch",           '6.1.180-1');
old_layout('trixie',            "6.12.9+deb13-cloud-$arch", '6.12.9-1');
old_layout('trixie',            "6.12.9+deb13-cloud-$arch", '6.12.9-1', '-dbg');
old_layout('trixie', "6.12-cloud-$arch", '6.12.9-1', q{},
    "linux-image-6.12.9+deb13-cloud-$arch (= 6.12.9-1)");
new_layout(
    'trixie-backports', "7.3.4+deb13-cloud-$arch",
    '7.3.4-1~bpo13+1',  qw(image binary modules base)
);
new_layout('sid', "7.10-cloud-$arch", '7.10~rc1-1', qw(image binary));
publish($mirror, $key);

# Each test has a cache of its own, and its own idea of the machine's sources.
sub kernels ($cache, @arguments) {
    local $ENV{XDG_CACHE_HOME} = $cache;
    return copyhang('/nowhere', 'kernels', @arguments);
}

# What commands say is as in a golden file, but for the architecture.
sub told ($name, $cache, @commands) {
    return golden_session(
        "kernels-$name.txt",
        sub ($, @words) { kernels($cache, @words) },
        [map { ['kernels', @{$_}] } @commands],
        {$arch => 'ARCH'}
    );
}

sub in_cache ($cache, $what) {
    return map { s{.*/}{}r } glob "$cache/copyhang/$what";
}

my $cache = File::Temp->newdir;

subtest 'names' => sub {
    told('list', $cache, ['list'], map { ['list', $_] } qw(debian:5.1 debian:9 debian:6.1.18),
        'debian:6.1:none', 'debian:6.1.180');
    local $ENV{XDG_CACHE_HOME} = $cache;
    for my $row (
        ['debian:5.10',              '5.10.262-1',        "5.10.0-46-cloud-$arch"],
        ['debian:5.10.218',          '5.10.218-1',        "5.10.0-30-cloud-$arch"],
        ['debian:5.10:rt',           '5.10.262-1',        "5.10.0-46-rt-$arch"],
        ["debian:5.10:rt-$arch",     '5.10.262-1',        "5.10.0-46-rt-$arch"],
        ["debian:6.1:$arch",         '6.1.180-1',         "6.1.0-50-$arch"],
        ['debian:6.1',               '6.1.180-1',         "6.1.0-50-cloud-$arch"],
        ['debian:6.1.180-1~deb11u1', '6.1.180-1~deb11u1', "6.1.0-0.deb11.52-cloud-$arch"],
        ['debian:6.1.27',            '6.1.27-1',          "6.1.0-9-cloud-$arch"],
        ['debian:5',                 '5.10.262-1',        "5.10.0-46-cloud-$arch"],
        ['debian:6',                 '6.12.9-1',          "6.12.9+deb13-cloud-$arch"],
        )
    {
        my ($name) = @{$row};
        my $kernel = Copyhang::Kernel->find($name);
        is_deeply([$kernel->name, $kernel->version, $kernel->release], $row, $name);
    }
    my @sorted = Copyhang::Kernel->sorted(map { Copyhang::Kernel->find($_) }
            qw(debian:7.10~rc1 debian:6.1.27 debian:6.12 debian:5.10 debian:7.3 debian:6.1));
    is(join(q{ }, map { $_->name } @sorted),
        'debian:5.10 debian:6.1.27 debian:6.1 debian:6.12 debian:7.3 debian:7.10~rc1', 'sorted');
};

subtest 'both layouts' => sub {
    my ($status, $out, $err) =
        kernels($cache, 'fetch', 'debian:5.10', 'debian:7.3', 'debian:7.10~rc1');
    is($status, 0, 'fetch') or diag($err);
    local $ENV{XDG_CACHE_HOME} = $cache;
    for my $row (['debian:5.10', 'boot/vmlinuz-'], ['debian:7.3', 'usr/lib/modules/']) {
        my ($name, $path) = @{$row};
        my $kernel = Copyhang::Kernel->find($name);
        my ($vmlinux, $vmlinuz) = $kernel->images;
        is(slurp($vmlinux), $elf,   "$name: vmlinux");
        is(slurp($vmlinuz), $image, 'vmlinuz');
        like($vmlinuz,         qr{/\Q$path\E}, 'as the package has it');
        like($kernel->modules, qr{/lib/modules/\Q@{[$kernel->release]}\E\z}, 'modules');
        my @modules = glob $kernel->modules . '/kernel/fs/a.ko*';
        is(@modules,               1,              'are there');
        is(slurp($kernel->config), "CONFIG_X=y\n", 'configuration');
        ok(!$kernel->is_uml, 'not user-mode');
    }
    my $bare = Copyhang::Kernel->find('debian:7.10~rc1');
    is_deeply(
        [scalar(() = $bare->images), $bare->modules, $bare->config],
        [2,                          undef,          undef],
        'without modules'
    );
    like((kernels($cache, 'list', 'debian:5.10'))[1], qr/262.* \d[.]\d MB$/m, 'listed as cached');
    is_deeply([in_cache($cache, 'new-*')], [], 'nothing half done is left');
};

subtest 'no second download' => sub {
    rename $mirror, "$mirror.away";
    my ($status) = kernels($cache, 'fetch', 'debian:5.10');
    is($status, 0, 'from the cache, without a mirror');
    my ($other, undef, $err) = kernels($cache, 'list', '--refresh');
    is($other,             0, 'lists of earlier are good enough');
    is(() = $err =~ /\n/g, 1, 'with one line about it') or diag($err);
    ($status, undef, $err) = kernels($cache, 'fetch', 'debian:6.12');
    is($status, 125, 'what is not there cannot be had');
    like($err, qr/^copyhang kernels: cannot download linux-image-6.12/m, 'said in a line');
    rename "$mirror.away", $mirror;
};

subtest 'prune' => sub {
    mkdir "$cache/copyhang/new-left";
    my ($status) = kernels($cache, 'prune');
    is($status, 0, 'prune');
    is_deeply([in_cache($cache, '{kernels/*,new-*}')], [], 'no kernel is left, and no rest of one');
    is((kernels($cache, 'prune'))[0], 0, 'twice');
};

subtest 'two at once' => sub {
    local $ENV{XDG_CACHE_HOME} = $cache;
    my @jobs = map { start('/nowhere', ['kernels', 'fetch', 'debian:6.1', 'debian:5.10']) } 1 .. 2;
    is((finish($_))[0],                      0, 'fetched') for @jobs;
    is(scalar in_cache($cache, 'kernels/*'), 2, 'once');

    open my $lock, '>>', "$cache/copyhang/lock";
    flock $lock, 2;
    local $Copyhang::Limits::CACHE = 0.3;
    ok(
        !eval {
            Copyhang::Cache->new->change(sub { });
            1;
        },
        'one that does not come to an end'
    );
    is($@->status, 125, 'is not waited for without a limit');
};

subtest 'a change within a change' => sub {
    local $ENV{XDG_CACHE_HOME} = $cache;
    local $Copyhang::Limits::CACHE = 0;
    my $change = sub ($code) { Copyhang::Cache->new->change($code) };
    is(
        $change->(
            sub {
                $change->(sub { 'made' });
            }
        ),
        'made',
        'does not wait for itself'
    );
    my $other = File::Temp->newdir;
    $change->(
        sub {
            local $ENV{XDG_CACHE_HOME} = $other;
            $change->(sub { });
        }
    );
    ok(-e "$other/copyhang/lock", 'another cache is locked all the same');
};

subtest 'in use' => sub {
    local $ENV{XDG_CACHE_HOME} = $cache;
    local $Copyhang::Limits::CACHE = 0;
    my $before = join q{ }, in_cache($cache, 'kernels/*');
    my $prunes = sub ($name) {
        told('in-use', $cache, ['prune']) or diag($name);
        is(join(q{ }, in_cache($cache, 'kernels/*')), $before, 'and removes nothing');
    };
    my @holds = map { Copyhang::Cache->new->hold } 1 .. 2;
    $prunes->('by two');
    pop @holds;
    $prunes->('by one');

    # What a process has started goes on for a moment when that one is killed.
    open my $to, '|-', 'cat' or die "cat: $!";
    @holds = ();
    $prunes->('by what that one has started');
    close $to;
    Copyhang::Cache->new->alone(
        sub {
            ok(!eval { Copyhang::Cache->new->hold }, 'none begins while it is emptied');
        }
    );
};

subtest 'interrupted' => sub {
    my $tools = File::Temp->newdir;
    spew("$tools/dpkg-deb", "#!/bin/sh\ntouch $tools/here\nexec sleep $Fake::FOREVER\n");
    chmod oct 755, "$tools/dpkg-deb";
    kernels($cache, 'prune');
    local $ENV{XDG_CACHE_HOME} = $cache;
    local $ENV{PATH}           = "$tools:$ENV{PATH}";
    my $job = start('/nowhere', ['kernels', 'fetch', 'debian:6.1']);
    ok(comes_true(sub { -e "$tools/here" }), 'it unpacks');
    is((kernels($cache, 'prune'))[0], 2, 'prune is refused meanwhile');
    kill 'INT', $job->{pid};
    is((finish($job))[0], 'signal 2', 'ends by the signal');
    is_deeply([in_cache($cache, '{kernels/*,new-*}')], [], 'and leaves nothing');
};

subtest 'a download that is not what was announced' => sub {
    my ($deb) = glob "$mirror/pool/trixie/linux-image-6.12.9*cloud-${arch}_*.deb";
    my $bytes = slurp($deb);
    for my $wrong (['cut off', substr $bytes, 0, 3000], ['changed', $bytes =~ s/module/rootkit/r]) {
        spew($deb, $wrong->[1]);
        my ($status, undef, $err) = kernels($cache, 'fetch', 'debian:6.12');
        is($status, 125, $wrong->[0]);
        like($err, qr/\Acopyhang kernels: cannot download linux-image-6[.]12\S+: .*\n\z/,
            'one line');
        is_deeply([in_cache($cache, '{kernels/*6.12*,new-*}')], [], 'nothing is left');
    }
    spew($deb, $bytes);
    is((kernels($cache, 'fetch', 'debian:6.12'))[0], 0, 'the right one is taken');
};

subtest 'signatures' => sub {
    my $stranger = new_key("$place/stranger");
    my $fresh    = File::Temp->newdir;
    publish($mirror, $stranger);
    my ($status, $out, $err) = kernels($fresh, 'list');
    is($status, 125, 'all signed by a stranger');
    is($out,    q{}, 'nothing is listed');
    like($err, qr/\Acopyhang kernels: cannot read package lists: .*\n\z/, 'one line');

    old_layout('sid', "7.9.9-cloud-$arch", '7.9.9-1');
    publish($mirror, $key,      'sid');
    publish($mirror, $stranger, grep { $_ ne 'sid' } map { s{.*/}{}r } glob "$mirror/dists/*");
    ($status, $out, $err) = kernels($fresh, 'list');
    is($status, 0, 'one suite signed by a stranger');
    unlike($out, qr/7[.]9[.]9|7[.]10/, 'is not used');
    like($out, qr/debian:7[.]3[.]4/,                    'others are');
    like($err, qr/\Acopyhang kernels: .*\bsid\b.*\n\z/, 'said in a line') or diag($err);

    publish($mirror, $key);
    my $packages = "$mirror/dists/sid/main/binary-$arch/Packages";
    spew($packages, slurp($packages) =~ s/7[.]9[.]9/7.9.8/gr);
    $fresh = File::Temp->newdir;
    ($status, $out) = kernels($fresh, 'list');
    unlike($out, qr/7[.]9[.]8/, 'nor is a list that was changed afterwards');
    publish($mirror, $key);
};

subtest 'no network' => sub {
    my $fresh = File::Temp->newdir;
    local $ENV{APT_CONFIG} = machine($fresh, 'http://127.0.0.1:1', $key);
    my ($status, undef, $err) = kernels($fresh, 'list');
    is($status, 125, 'cannot be tested');
    like($err, qr/\Acopyhang kernels: cannot read package lists: .*[Cc]onnect.*\n\z/, 'one line');
    spew("$fresh/machine.sources",
        "Types: deb\nURIs: file:$mirror\nSuites: jammy\nComponents: main\n");
    told('another-distribution', $fresh, ['list']);
};

# Small enough to have no room for the lists, the packages, or what is in them.
subtest 'full disk' => sub {
    my $small = File::Temp->newdir;
    my %status;
    for my $size (map { 12 * $_ } 1 .. 11) {
        plan skip_all => 'needs root, for a small tmpfs'
            if $> != 0 || system("mount -t tmpfs -o size=${size}k small $small 2>/dev/null") != 0;
        my ($status, undef, $err) = kernels($small, 'fetch', 'debian:5.10');
        $status{$status}++;
        if ($status != 0) {
            is($status, 2, "$size KB: bad input");
            like($err, qr/\Acopyhang kernels: cannot .*[Nn]o space left on (?:the )?device\n\z/,
                'one line');
            is_deeply([in_cache($small, '{kernels/*,new-*}')], [], 'nothing half done is left');
        }
        system "umount $small";
    }
    cmp_ok($status{2}, '>', 3, 'tried at many moments');
    ok($status{0}, 'until there was room');
};

subtest 'packages that are files' => sub {
    local $ENV{XDG_CACHE_HOME} = $cache;
    my ($old) = glob "$mirror/pool/bullseye/*.deb";
    my ($new) = glob "$mirror/pool/trixie-backports/linux-binary-*.deb";
    for my $path ($old, $new) {
        my $kernel = Copyhang::Kernel->find($path);
        $kernel->fetch;
        is(scalar(my @images = $kernel->images), 2, "$path: images");
        ok(-d $kernel->modules, 'modules');
        ok(-e $kernel->config,  'configuration');
    }
    my ($modules) = glob "$mirror/pool/trixie-backports/linux-modules-*.deb";
    ok(!eval { Copyhang::Kernel->find($modules) }, 'one without a kernel');
    is($@->message,
        "$modules is not a package with a kernel, but linux-modules-7.3.4+deb13-cloud-$arch",
        'is named');
};

subtest 'Debian itself' => sub {
    local $ENV{APT_CONFIG};
    delete $ENV{APT_CONFIG};
    my ($status, $out, $err) = copyhang('/nowhere', 'kernels', 'list');
    plan skip_all => "the mirror cannot be reached: $err" if $status == 125;
    is($status, 0, 'list');
    my ($listed, undef, $complaint) =
        copyhang('/nowhere', 'kernels', 'list', Copyhang::Paths->default_kernels);
    is($listed, 0, 'and the kernels of the default list exist') or diag($complaint);
};

done_testing;
