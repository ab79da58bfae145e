#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# Kernels of other architectures: their names, files and machines, what comes through a channel that
# a kernel writes to as well, and what is compared with what. Nothing is built or booted.
use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Apt              ();
use Copyhang::Architecture     ();
use Copyhang::Baseline         ();
use Copyhang::Case             ();
use Copyhang::Guest::Machine   ();
use Copyhang::Guest::Packages  ();
use Copyhang::Kernel           ();
use Copyhang::Matrix::Results  ();
use Copyhang::Matrix::Report   ();
use Copyhang::Report::Document ();
use Copyhang::Report::Html     ();
use Cpanel::JSON::XS           qw(decode_json);
use Fake                       qw(copyhang start finish slurp spew case);
use FakeGuest                  qw(guests add_programs);
use File::Path                 qw(make_path);
use File::Temp                 ();
use Golden                     qw(golden);
use Repository                 qw(new_key publish package_file machine);
use Test::More;

plan skip_all => 'names and emulators here are those of amd64'
    if Copyhang::Architecture->host ne 'amd64';
my $place = File::Temp->newdir;

# What has the form of an image, and what of it.
sub planted ($name, $at, $magic, $size = 0x1_1000) {
    my $bytes = "\0" x $size;
    substr $bytes, $at, length $magic, $magic;
    spew("$place/$name", $bytes, "Linux version 6.1.2 (a\@b) #1 SMP Debian 6.1.2-1 (2026)\n\0");
    return "$place/$name";
}

my $ADDRESS = 3 << 62;

sub elf ($machine, $order) {
    my $pack = $order == 2 ? '>' : '<';
    return pack("a4 C4 x8 S$pack S$pack L$pack Q$pack",
        "\x7fELF", 2, $order, 1, 0, 2, $machine, 1, $ADDRESS)
        . pack("Q$pack Q$pack L$pack S${pack}6", 64, 0, 0, 64, 56, 1, 0, 0, 0)
        . pack("L${pack}2 Q${pack}6", 1, 5, 0, ($ADDRESS) x 2, (4096) x 3);
}

my %image = (
    arm64   => [0x38,     "ARM\x64"],
    riscv64 => [0x30,     "RISCV\0\0\0"],
    s390x   => [0x1_0008, 'S390EP'],
    ppc64el => [0,        elf(21, 1)],
);

subtest 'files' => sub {
    for my $architecture (sort keys %image) {
        my $kernel = Copyhang::Kernel->find(planted($architecture, @{$image{$architecture}}));
        is($kernel->architecture, $architecture, $architecture);
        is($kernel->release,      '6.1.2',       'its release');
        is_deeply([$kernel->images], ["$place/$architecture"], 'is booted as it is');
    }
    is(Copyhang::Architecture->of_file(elf(@{$_}[1, 2])), $_->[0], "ELF: $_->[0]")
        for ['s390x', 22, 2], ['arm64', 183, 1], ['amd64', 62, 1], ['riscv64', 243, 1];
    make_path("$place/tree/arch/arm64/boot", "$place/tree/arch/x86/boot");
    spew("$place/tree/vmlinux", elf(183, 1), "Linux version 6.1.2 (a\@b) #1\n\0");
    rename planted('Image', 0x38, "ARM\x64"), "$place/tree/arch/arm64/boot/Image";
    spew("$place/tree/arch/x86/boot/bzImage", 'old');
    my $tree = Copyhang::Kernel->find("$place/tree");
    is_deeply(
        [$tree->architecture, $tree->images],
        ['arm64',             "$place/tree/arch/arm64/boot/Image"],
        'a tree boots from what is made of its vmlinux'
    );
};

subtest 'page sizes' => sub {
    for my $row (
        ['PPC_64K_PAGES',            64],
        ['ARM64_16K_PAGES',          16],
        ['PAGE_SIZE_4KB',            4],
        ['HAVE_PAGE_SIZE_64KB',      undef],
        ['PAGE_SIZE_LESS_THAN_64KB', undef]
        )
    {
        spew("$place/tree/.config", "CONFIG_$row->[0]=y\n");
        is(Copyhang::Kernel->find("$place/tree")->page_size, $row->[1], $row->[0]);
    }
};

# Of each architecture what its emulator is called with; of the console and the channel the names.
subtest 'machines' => sub {
    local $ENV{XDG_CACHE_HOME} = "$place/cache";
    my @told;
    for my $architecture (sort keys %image) {
        my $kernel = Copyhang::Kernel->find("$place/$architecture");
        my ($machine, @others) = Copyhang::Guest::Machine->candidates(
            kernel      => $kernel,
            accelerator => 'kvm',
            append      => 'more'
        );
        is(@others,               0,     "$architecture: one machine");
        is($machine->accelerator, 'tcg', 'translated, whatever runs kernels of this machine');
        push @told, join q{ }, map { s{.*/(?=\Q$architecture\E\z)}{}r } $machine->command(5, 6);
    }
    golden('architectures-machines.txt', join q{}, map { "$_\n" } @told);
    my @kernels = map { Copyhang::Kernel->find("$place/$_") } qw(arm64 ppc64el);
    cmp_ok(
        Copyhang::Guest::Machine->memory(@kernels),    '>',
        Copyhang::Guest::Machine->memory($kernels[0]), 'some take more memory'
    );
};

subtest 'names' => sub {
    my $mirror = "$place/mirror";
    my $key    = new_key("$place/key");
    local $ENV{APT_CONFIG}     = machine($place, "file:$mirror", $key);
    local $ENV{XDG_CACHE_HOME} = "$place/names";
    for my $row (
        [qw(amd64 cloud-amd64)], [qw(arm64 cloud-arm64 arm64)],
        [qw(s390x s390x)],       [qw(ppc64el powerpc64le)]
        )
    {
        my ($architecture, @flavours) = @{$row};
        local $Repository::Architecture = $architecture;
        package_file($mirror, 'bookworm', "linux-image-6.1.0-9-$_", '6.1.27-1', q{}, 'boot/x' => 1)
            for @flavours;
        package_file($mirror, 'sid', 'linux-image-7.3.1-arm64', '7.3.1-1', q{}, 'boot/x' => 1)
            if $architecture eq 'arm64';
        publish($mirror, $key);
    }
    for my $row (
        ['debian:6.1',             'amd64',   '6.1.0-9-cloud-amd64'],
        ['debian:6.1/arm64',       'arm64',   '6.1.0-9-cloud-arm64'],
        ['debian:6.1:arm64/arm64', 'arm64',   '6.1.0-9-arm64'],
        ['debian:7.3/arm64',       'arm64',   '7.3.1-arm64'],
        ['debian:6.1.27-1/s390x',  's390x',   '6.1.0-9-s390x'],
        ['debian:6.1/ppc64el',     'ppc64el', '6.1.0-9-powerpc64le'],
        ['debian:6.1:cloud/amd64', 'amd64',   '6.1.0-9-cloud-amd64'],
        )
    {
        my ($name, @facts) = @{$row};
        my $kernel = Copyhang::Kernel->find($name);
        is_deeply([$kernel->architecture, $kernel->release], \@facts, $name);
    }
    for my $bad ('debian:6.1/vax', 'debian:6.1/', 'debian:6.1:/arm64', 'debian:9/s390x') {
        ok(!eval { Copyhang::Kernel->find($bad) }, $bad);
        is($@->status, 2, $@->message);
    }
    my ($status, $out) = copyhang('/nowhere', qw(kernels list --arch arm64 --arch s390x));
    is($status, 0, 'list --arch');
    is_deeply(
        [map { (split)[0] } split /\n/, $out],
        [
            qw(NAME debian:7.3.1:arm64/arm64 debian:6.1.27:arm64/arm64 debian:6.1.27/arm64
                debian:6.1.27/s390x)
        ],
        'names of theirs'
    );
    is((copyhang('/nowhere', qw(kernels list --arch vax)))[0],      2, 'not of any');
    is((copyhang('/nowhere', qw(matrix debian:6.1 --arch all)))[0], 2, 'nor with a name');
};

# Packages of another architecture: of the release that this machine has, with what they depend on.
subtest 'packages' => sub {
    my $mirror = "$place/packages";
    my $key    = new_key("$place/packages_key");
    local $ENV{APT_CONFIG}          = machine($place, "file:$mirror", $key);
    local $ENV{XDG_CACHE_HOME}      = "$place/unpacked";
    local $Repository::Architecture = 'arm64';
    for my $suite (qw(bookworm trixie sid)) {
        my $version = $suite eq 'sid' ? 2 : 1;
        package_file($mirror, $suite, 'linux-image-6.1.0-9-arm64', "6.1.$version-1", q{},
            'boot/x' => 1);
        package_file(
            $mirror, $suite, 'prog', "1:$version-1", 'libprog',
            'bin/prog'                     => "of $version\n",
            'usr/bin/other'                => 'x',
            'usr/share/doc/prog/copyright' => 'x'
        );
        package_file($mirror, $suite, 'libprog', "$version-1", q{}, 'lib/libprog.so' => 'x');
    }
    publish($mirror, $key);
    my $packages = Copyhang::Guest::Packages->new('arm64', sub ($words) { }, 'prog');
    my $archive  = slurp($packages->archive);
    my $version  = Copyhang::Apt->codename =~ /\A(?:bookworm|trixie)\z/ ? 1 : 2;
    like($archive, qr/\0of $version\n/,               "of release $version");
    like($archive, qr{[[:xdigit:]](?:[.]/)?\Q$_\E\0}, "$_ is there")
        for qw(bin lib usr/bin/prog usr/bin/other usr/lib/libprog.so);
    unlike($archive, qr/copyright/, 'documentation is not');
    ok($packages->has($_),  "it has $_")    for qw(prog /bin/prog /usr/bin/prog other);
    ok(!$packages->has($_), "it has no $_") for qw(cat /bin/cat);

    for my $bad (['no_such'], ['nosuch'], ['prog-'], ['-oX=y']) {
        my $done = eval {
            Copyhang::Guest::Packages->check(@{$bad});
            Copyhang::Guest::Packages->new('arm64', sub ($words) { }, @{$bad});
        };
        is($done,      undef, "not @{$bad}");
        is($@->status, 2,     $@->message);
    }
};

# Guests of s390x, whose kernel writes to the channel, too; of arm64, whose does not.
my @IDS  = map { "a/b/s$_-pipe" } 1 .. 4;
my %plan = (
    'nothing but init' => q{hello(); play(@ids); end()},
    'words before'     => q{print "KASLR disabled\n[ 0.1] a\n"; hello(); play(@ids); end()},
    'words between'    => q{hello(); play($ids[0]); print "[ 1.2] b\n"; play(@ids[1..3]); end()},
    'half a word'      => q{hello(); play(@ids[0,1]); print "[ 1.2] 7 c"; play(@ids[2, 3]); end()},
    'a line is lost'   => q{hello(); play($ids[0]); print "[ 1.2] b\n"; frame('x') if $boot == 1;}
        . q{ play(@ids[1..3]); end()},
    'a panic' => q{hello(); play($ids[0]); print "Kernel panic - not syncing: planted\n";}
        . q{ exit 0 if $boot == 1; play(@ids[1..3]); end()},
);

sub guest ($architecture, $plan) {
    my ($programs, $emulator) = guests([map { case ($_, 'safe') } @IDS], $plan);
    add_programs($programs, $architecture);
    my $cache = File::Temp->newdir;
    local $ENV{PATH}           = "$emulator:$ENV{PATH}";
    local $ENV{XDG_CACHE_HOME} = "$cache";
    my ($status, $out, $err) =
        finish(start($programs, ['matrix', "$place/$architecture", '--json', '-']));
    my $kernel = eval { decode_json($out)->{kernels}[0] } or return diag("$status $out $err");
    my $told   = join ': ', $kernel->{outcome}, $kernel->{detail} // ();
    return "$told, " . grep { $_->{verdict} eq 'safe' } @{$kernel->{cases}};
}

subtest 'a channel that the kernel writes to' => sub {
    is(guest('arm64', $plan{'nothing but init'}), 'complete, 4', 'arm64');
    like(
        guest('arm64', $plan{'words between'}),
        qr/\Alost: no line of init's: \[ 1.2\] b, /,
        'whose channel is only for init'
    );
    is(guest('s390x', $plan{$_}), 'complete, 4', "s390x: $_")
        for 'nothing but init', 'words before', 'words between', 'half a word';
    like(
        guest('s390x', $plan{'a line is lost'}),
        qr/\Alost: line \d+ where \d+ was due, 4\z/,
        'what is lost is noticed'
    );
    is(
        guest('s390x', $plan{'a panic'}),
        'panic: Kernel panic - not syncing: planted, 4',
        'a panic that is told there is one'
    );
};

# What copyhang matrix compares. Each kernel: name, version, machine; verdicts of two cases.
sub results (@kernels) {
    my @results;
    for my $kernel (@kernels) {
        my ($name, $version, $machine, @verdicts) = @{$kernel};
        my @cases = map {
            my $ok = $verdicts[$_] eq 'safe' ? 'ok' : 'not ok';
            Copyhang::Case->from_tap("$ok 1 exit/$_/pty-pipe", [['verdict', $verdicts[$_]]])
        } 0 .. $#verdicts;
        push @results,
            {
            name        => $name,
            version     => $version,
            release     => $version,
            machine     => $machine,
            accelerator => 'tcg',
            outcome     => 'complete',
            cases       => \@cases
            };
    }
    return Copyhang::Matrix::Results->new(@results);
}

subtest 'what is compared' => sub {
    my $results = results(
        ['debian:6.1',       '6.1.9-1', 'x86_64',  'hang', 'safe', 'safe'],
        ['debian:7.2',       '7.2.1-1', 'x86_64',  'hang', 'hang', 'safe'],
        ['debian:6.1/arm64', '6.1.9-1', 'aarch64', 'hang', 'safe', 'hang'],
        ['debian:7.3/arm64', '7.3.1-1', 'aarch64', 'hang', 'safe', 'safe'],
        ['debian:6.1/s390x', '6.1.9-1', 's390x',   'safe', 'safe', 'broken'],
    );
    my $report = Copyhang::Matrix::Report->text($results, verbose => 1);
    golden('architectures-report.txt', $report);
    my ($part) =
        Copyhang::Report::Html->text($results) =~ m{(<h2>What differs between.*?</table>)}s;
    golden('architectures-html.txt', $part);
    my $document = decode_json(Copyhang::Report::Document->text($results));
    is_deeply(
        [map { "$_->{id} $_->{before} $_->{after}" } @{$document->{transitions}}],
        [
            'exit/1/pty-pipe debian:6.1 debian:7.2',
            'exit/2/pty-pipe debian:6.1/arm64 debian:7.3/arm64'
        ],
        'transitions are within an architecture'
    );
    is_deeply(
        [map { "$_->{id} @{$_->{kernels}} @{$_->{verdicts}}" } @{$document->{differences}}],
        [
            'exit/2/pty-pipe debian:6.1 debian:6.1/arm64 safe hang',
            'exit/0/pty-pipe debian:6.1 debian:6.1/s390x hang safe'
        ],
        'differences between kernels of the same Linux'
    );
    $results = results(
        ['git:x@a',         '6.1.9', 'x86_64',  'hang'],
        ['git:x@b/c',       '6.1.9', 'x86_64',  'safe'],
        ['git:x@a/arm64',   '6.1.9', 'aarch64', 'safe'],
        ['git:x@b/c/arm64', '6.1.9', 'aarch64', 'safe'],
        ['debian:7.2',      '7.2.1', 'x86_64',  'safe'],
        ['git:x@d/arm64',   '7.2.1', 'aarch64', 'hang'],
    );
    $document = decode_json(Copyhang::Report::Document->text($results));
    is_deeply(
        [map { "@{$_->{kernels}} @{$_->{verdicts}}" } @{$document->{differences}}],
        ['git:x@a git:x@a/arm64 hang safe', 'debian:7.2 git:x@d/arm64 safe hang'],
        '... or of the same revision'
    );
};

subtest 'baselines' => sub {
    my $folder = "$place/baselines";
    mkdir $folder;
    my @results = results(
        ['debian:6.1',         '6.1.9-1', 'x86_64',  'hang'],
        ['debian:6.1/arm64',   '6.1.9-1', 'aarch64', 'hang'],
        ['debian:6.1/ppc64el', '6.1.9-1', 'ppc64le', 'safe'],
    )->results;
    @{$_}{qw(page_size troubles)} = (4, []) for @results;
    $results[2]{page_size} = 64;
    Copyhang::Baseline->record($folder, @results);
    is_deeply(
        [map { s{.*/}{}r } glob "$folder/*"],
        [qw(debian-6.1-arm64.json debian-6.1-ppc64el-64k.json debian-6.1.json)],
        'one for each architecture, and page size'
    );
    my @read = map { Copyhang::Baseline->of_kernel($folder, @{$_}) } ['debian:6.1/ppc64el', 64],
        ['debian:6.1/ppc64el', 4], ['debian:6.1/arm64', 4];
    is_deeply([map { defined $_ || 0 } @read], [1, 0, 1], 'and read again');
};

done_testing;
