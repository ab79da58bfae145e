#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# copyhang matrix --exec, without a kernel: what it refuses before it boots anything, what a guest
# is given, and what is told of its results. What guests do with programs is in guest_boots.t.

use v5.36;

use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Guest::ProgramPacker ();
use Copyhang::Paths                ();
use Copyhang::Tool                 ();
use Cpanel::JSON::XS               ();
use Fake                           qw(start finish slurp spew);
use FakeGuest                      qw(guests image);
use File::Basename                 qw(dirname);
use File::Copy                     qw(cp);
use File::Path                     qw(make_path);
use File::Temp                     ();
use Golden                         qw(golden golden_session);
use POSIX                          ();
use Test::More;

my $real  = Copyhang::Paths->programs;
my $place = File::Temp->newdir;

# A program with a library of its own, which it finds beside itself, and a script.
mkdir "$place/$_" for qw(bin lib);
compile(
    "$place/lib/libours.so", 'int ours(void) { return 0; }',
    '-shared',               '-fPIC',
    '-Wl,-soname,libours.so'
);
compile(
    "$place/bin/ours",       'int ours(void); int main(void) { return ours(); }',
    "$place/lib/libours.so", '-Wl,-rpath,$ORIGIN/../lib'
);
symlink 'bin/ours', "$place/link";
spew("$place/script", "#!/usr/bin/env -S A=b sh\nexec cat\n");
spew("$place/lost",   "#!$place/no/such/interpreter\n");
chmod oct 755, "$place/$_" for qw(script lost);

sub compile ($path, $code, @options) {
    open my $in, '|-', qw(cc -x c -o), $path, q{-}, qw(-x none), @options
        or die "cannot run cc: $!";
    print {$in} $code;
    close $in or die 'cannot compile';
    return;
}

# What a guest that follows the plan makes of it: (exit status, JSON document, all that is said, how
# many booted, the archive that it got).
sub matrix ($plan, @arguments) {
    my ($programs, $emulator) = guests([], $plan);
    unlink "$programs/copyhang-exec";
    symlink "$real/copyhang-exec", "$programs/copyhang-exec";
    my $cache = File::Temp->newdir;
    local $ENV{PATH}           = "$emulator:$ENV{PATH}";
    local $ENV{XDG_CACHE_HOME} = "$cache";
    my ($status, $out, $err) = finish(
        start(
            $programs,
            ['matrix', image($emulator, 'vmlinuz'), '--json', "$emulator/json", @arguments]
        )
    );
    my $document =
        -e "$emulator/json" ? Cpanel::JSON::XS->new->decode(slurp("$emulator/json")) : undef;
    return {
        status   => $status,
        out      => $out,
        err      => $err,
        document => $document,
        booted   => -e "$emulator/boots",
        archive  => -e "$emulator/archive" ? slurp("$emulator/archive") : undef,
    };
}

subtest 'refused' => sub {
    my $run = sub ($command, @arguments) {
        rename "$place/lib", "$place/away" if "@arguments" =~ m{bin/ours};
        my $result = matrix('die', @arguments);
        rename "$place/away", "$place/lib";
        ok(!$result->{booted}, "@arguments: nothing was booted");
        return @{$result}{qw(status out err)};
    };
    golden_session(
        'matrix-exec-refused.txt',
        $run,
        [
            map { ['matrix', @{$_}] } ['--exec', 'nosuch cat'],
            ['--exec', q{}],
            ['--exec', 'cat "'],
            ['--exec', 'cat a b', '--exec', "cat 'a b'"],
            [qw(--exec cat --source no_such)],
            [qw(--exec cat --source file --sink file)],
            [qw(--exec cat --only *)],
            [qw(--exec cat --each)],
            [qw(--exec cat --carry /no/such)],
            [qw(--exec cat --package cat-)],
            [qw(--package busybox)],
            [qw(--reverse)],
            [qw(--act close)],
            ['--exec', "$place/lost"],
            ['--exec', "$place/bin/ours"],    # without its library
        ]
    );
    my ($set_uid) = grep { -u && -x } map { glob "$_/*" } split /:/, $ENV{PATH};
    if (defined $set_uid) {
        my $result = matrix('die', '--exec', $set_uid);
        is($result->{status}, 2, 'a set-user-ID program');
        like($result->{err}, qr/a set-user-ID program .*: \Q$set_uid\E$/, 'is refused');
    }
};

subtest 'what a guest is given' => sub {
    my $plan = q{system 'cp', $option{'-initrd'}, "$folder/archive"; hello(); play(@ids); end()};
    local $ENV{LD_LIBRARY_PATH} = '/no/such/folder';
    my $result = matrix(
        $plan, '--exec',   "$place/link x", '--exec', 'cat', '--source',
        'pty', '--source', 'unix',          '--jobs', 3
    );
    is($result->{status}, 0, 'exit 0') or diag $result->{err};
    is_deeply(
        [map { "$_->{id} $_->{verdict}" } @{$result->{document}{kernels}[0]{cases}}],
        [map { "exit_group/exec:$_-pipe safe" } qw(cat/pty cat/unix link_x/pty link_x/unix)],
        'the cases, and their results'
    );
    my $archive   = $result->{archive};
    my $arguments = join "\n", qw(--source pty --source unix --commands /copyhang/commands),
        qw(--announce --jobs 3 --ids);
    like($archive, qr{\0/copyhang/copyhang-exec\n\Q$arguments\E\n}, 'what it is to run');
    like(
        $archive,
        qr{\0PWD=/\S+\nPATH=.*\nLD_LIBRARY_PATH=/no/such/folder$}m,
        'and its environment'
    );
    like($archive, qr{\Q$place\E/link\0x\0}, 'a command');
    like($archive, qr{\Q$_\E\0},             "the file $_")
        for map { s{\A/}{}r } "$place/link", "$place/bin/ours", "$place/lib/libours.so";
};

subtest 'what comes along' => sub {
    my $root   = File::Temp->newdir;
    my $packer = Copyhang::Guest::ProgramPacker->new("$root");
    $packer->pack_program("$place/$_") for qw(link script);
    spew("$place/lib/data", 'some');
    POSIX::mkfifo("$place/lib/fifo", oct 600) or die "mkfifo: $!";
    symlink 'nothing', "$place/lib/dangling";
    $packer->pack_all("$place/lib");
    ok(-l "$root$place/lib/dangling" && !-e "$root$place/lib/fifo", 'as far as it can be');
    is(slurp("$root$place/lib/data"), 'some',       'a folder');
    is(readlink "$root$place/link",   'bin/ours',   'a symbolic link');
    is(slurp("$root$place/$_"), slurp("$place/$_"), $_) for qw(bin/ours lib/libours.so script);
    ok(-x "$root$place/bin/ours", 'executable');
    my ($shell, $env) = map { Copyhang::Tool->find($_) } qw(sh env);

    for my $path ($shell, $env) {
        ok(-l "$root$path" || -e _ || -l "$root/bin", "$path, for the script");
    }

    # What finds the libraries there finds them without this machine's.
SKIP: {
        skip 'needs root, to change it', 2 if $>;

        # It cannot know what is beside it: there is no /proc.
        local $ENV{LD_LIBRARY_PATH} = "$place/lib";
        is(system('chroot', "$root", "$place/link"), 0, 'a program runs there');
        is(system('chroot', "$root", $env, '-S', "A=b $shell -c :"),
            0, 'and a shell, for the script');
    }
};

subtest 'of another machine' => sub {
    my ($there, $root) = (File::Temp->newdir, File::Temp->newdir);
    my $triplet = qx{gcc -print-multiarch} =~ s/\n//r;
    make_path("$there/usr/lib/$triplet", "$there/usr/bin");
    symlink "usr/$_", "$there/$_" for qw(bin lib);
    cp("$place/bin/ours",       "$there/usr/bin/ours");
    cp("$place/lib/libours.so", "$there/usr/lib/$triplet/libours.so.1");
    symlink 'libours.so.1', "$there/usr/lib/$triplet/libours.so";
    my ($linker) = map { /interpreter: (.*)\]/ } qx{readelf -l "$place/bin/ours"};
    my @missing  = ($linker, 'libc.so.6');
    my %copy     = ($linker => $linker, 'libc.so.6' => "/lib/$triplet/libc.so.6");

    for my $needed (@missing) {
        my $packer = Copyhang::Guest::ProgramPacker->new(File::Temp->newdir, "$there");
        ok(!eval { $packer->pack_program('/bin/ours'); 1 }, "without $needed nothing is packed");
        is($@->message =~ s/.* needs //r, "$needed, which is not there", '... as is said');
        make_path(dirname("$there$copy{$needed}"));
        cp($copy{$needed}, "$there$copy{$needed}");
    }
    cp($linker, "$there/lib/$triplet");

    # On ppc64el an absolute link leads to it, which from here leads elsewhere.
    my $absolute = "/lib/$triplet/ld-ours.so";
    rename "$there$linker", "$there$absolute";
    symlink $absolute, "$there$linker";
    Copyhang::Guest::ProgramPacker->new("$root", "$there")->pack_program('/bin/ours');
    ok(-l "$root/bin" && -x "$root/usr/bin/ours", 'a program, through the same links');
    is(readlink "$root/usr/lib/$triplet/libours.so", 'libours.so.1', 'a library, too');
    ok(-e "$root/usr/lib/$triplet/libours.so.1", '... itself');
    ok(-e "$root$_", $_) for $copy{'libc.so.6'}, $absolute;
    is(readlink "$root$linker", $absolute, 'the link to the linker');
};

subtest 'what is told' => sub {
    my $plan = <<'PLAN';
hello();
for (@ids) {
    started($_);
    my @evidence =
          /:cat/ ? ('ok', 'safe', 'cascade=read, then write to stdout')
        : /pty/  ? ('not ok', 'broken', 'reason=the program ended with 127', 'stderr=no module')
        :          ('not ok', 'hang', 'cascade=sendfile to stdout');
    my ($word, $verdict, @lines) = @evidence;
    channel("$word 1 $_", map { "#   $_" } "verdict=$verdict", @lines);
}
end(256)
PLAN
    my $html   = "$place/html";
    my $result = matrix($plan, (map { ('--exec', $_) } 'cat', "$place/bin/ours"),
        '--source', 'pty', '--source', 'unix', '--html', $html);
    is($result->{status}, 1, 'exit 1');

    # How wide columns are depends on how long it took, and on what the kernel is called.
    golden('matrix-exec.txt',      $result->{out} =~ s/\S\K {2,}/  /gr);
    golden('matrix-exec-html.txt', slurp($html));
};

done_testing;
