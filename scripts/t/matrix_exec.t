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
use File::Temp                     ();
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
    my ($set_uid) = grep { -u && -x } map { glob "$_/*" } split /:/, $ENV{PATH};
    my @refused   = (
        [qr/there is no program nosuch/,               '--exec', 'nosuch cat'],
        [qr/--exec wants a command line, not ''/,      '--exec', q{}],
        [qr/--exec wants a command line, not 'cat "'/, '--exec', 'cat "'],
        [
            qr/two commands would both be called exec:cat_a_b\n/,
            map { ('--exec', "cat $_") } 'a b',
            "'a b'"
        ],
        [qr/no kind of endpoint is called no_such/, '--exec', 'cat', '--source', 'no_such'],
        [
            qr/nothing to hold up.*exec:cat.file-file/,
            '--exec', 'cat', '--source', 'file', '--sink', 'file'
        ],
        [qr/--only chooses among the cases of the tables/, '--exec', 'cat', '--only',  '*'],
        [qr{--carry: cannot find /no/such},                '--exec', 'cat', '--carry', '/no/such'],
        [qr/--reverse is for programs under test: it goes with --exec/, '--reverse'],
        [qr/--act is for programs under test/,                          '--act', 'close'],
        [
            qr{\Q$place\E/lost needs \Q$place\E/no/such/interpreter, which is not there},
            '--exec', "$place/lost"
        ],
        $set_uid ? [qr/a set-user-ID program .*: \Q$set_uid\E/, '--exec', $set_uid] : (),
    );
    for my $row (@refused) {
        my ($message, @arguments) = @{$row};
        my $result = matrix('die', @arguments);
        is($result->{status}, 2, "@arguments: exit 2");
        like($result->{err}, qr/\Acopyhang matrix: .*\n\z/, 'one line');
        like($result->{err}, $message,                      'says what is wrong');
        is($result->{out}, q{}, 'and nothing else');
        ok(!$result->{booted}, 'nothing was booted');
    }
};

subtest 'a library that is gone' => sub {
    rename "$place/lib", "$place/away";
    my $result = matrix('die', '--exec', "$place/bin/ours");
    rename "$place/away", "$place/lib";
    is($result->{status}, 2, 'exit 2');
    like(
        $result->{err},
        qr{\Acopyhang matrix: \S+/bin/ours: .*libours[.]so.*\n\z},
        'says what is missing'
    );
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
end(1)
PLAN
    my $html   = "$place/html";
    my $result = matrix($plan, (map { ('--exec', $_) } 'cat', "$place/bin/ours"),
        '--source', 'pty', '--source', 'unix', '--html', $html);
    is($result->{status}, 1, 'exit 1');
    my $label = qr/6[.]6[.]6/;
    for my $text ($result->{out}, slurp($html) =~ s{<[^>]*>}{\n}gr) {
        like($text, qr{exec:cat/pty, unix-pipe\s+$label: read, then write to stdout$}m,
            'the cascade');
        like(
            $text,
            qr{exec:ours/pty-pipe\s+$label: the program ended with 127; it said: no module$}m,
            'why it could not be tried'
        );
        like(
            $text,
            qr{exec:ours/unix-pipe\s+$label: sendfile to stdout$}m,
            'the cascade that hangs'
        );
    }
};

done_testing;
