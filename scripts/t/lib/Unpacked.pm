# SPDX-License-Identifier: GPL-2.0-only
package Unpacked;

use v5.36;

use Copyhang::Apt     ();
use Copyhang::Cache   ();
use Copyhang::Failure qw(untestable);
use Copyhang::Tool    ();
use Exporter 'import';
use List::Util qw(first);

our @EXPORT_OK = qw(packages beside selftests newest_source reason);

my $SOURCE = 'linux-source-';

# Packages, as NAME or NAME/SUITE, of whichever suite: the folder that they are unpacked in.
sub packages (@names) {
    my @files = map { [/\A'([^']+)' (\S+) \d+ (\S+)/] } _apt('download', '--print-uris', @names);
    @files == @names or untestable("cannot find all of @names");
    my $name = 'unpacked/' . Copyhang::Cache->key(join q{ }, sort map { $_->[2] } @files);
    return _made(
        $name,
        sub ($folder) {
            for my $file (_downloaded($folder, @names)) {
                Copyhang::Tool->run("unpack $file", ['dpkg-deb', '-x', $file, $folder]);
                unlink $file;
            }
        }
    );
}

# $0: an empty folder, $1: how many folders follow.
my $BESIDE = <<'END';
set -e
mount --make-rprivate /
mkdir "$0/upper" "$0/work" "$0/root"
mount -t overlay -o "lowerdir=/,upperdir=$0/upper,workdir=$0/work" beside "$0/root"
count=$1
while shift && [ "$count" -gt 0 ]; do
	tar -C "$1" -c . | tar -C "$0/root" -x --keep-directory-symlink
	count=$((count - 1))
done
for folder in proc sys dev; do mount --rbind "/$folder" "$0/root/$folder"; done
mount -t tmpfs run "$0/root/run"
cd /
exec chroot "$0/root" env PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
END

# What runs a command, which is to follow, as if these folders of packages were installed: on this machine
# with them laid over it, in namespaces of its own. What it writes goes to $place, an empty folder, and
# what it starts ends with it. Wants to be root.
sub beside ($place, @folders) {
    my @apart = qw(unshare --mount --pid --fork --kill-child --mount-proc sh -c);
    return (@apart, $BESIDE, "$place", scalar @folders, @folders);
}

# What its own Makefile wants besides, for a target such as kselftest-install: a configuration and headers.
my @TOP = (
    qw(Makefile Kbuild Kconfig arch/x86/* include/* scripts/*),
    map { "tools/$_/*" } qw(arch include lib objtool)
);

# The archive of a kernel's source, or the name of the package that has it: a folder with as much of
# the tree as it takes to make and run its selftests, from its top as well if wanted.
sub selftests ($source, $from_top = 0) {
    my ($uri) = $source =~ m{/} ? $source : _apt('download', '--print-uris', $source);
    my $name = 'unpacked/' . Copyhang::Cache->key(($from_top ? 'top' : 'selftests') . " $uri");
    return _made(
        $name,
        sub ($folder) {
            my $archive = $source =~ m{/} ? $source : _source_in(packages($source));
            my @parts   = (
                'scripts/subarch.include', map { "tools/$_" } 'build/*',
                'scripts/*', map { "testing/selftests/$_" } qw(Makefile lib.mk kselftest* *.sh)
            );
            Copyhang::Tool->run(
                "unpack $archive",
                [
                    qw(tar -x --strip-components=1 --wildcards --no-wildcards-match-slash),
                    '-C',
                    $folder,
                    '-f',
                    $archive,
                    (map { "*/$_" } @parts, $from_top ? @TOP : ()),
                    $from_top ? qw(--wildcards-match-slash *Kconfig*) : ()
                ]
            );
        }
    );
}

sub _source_in ($folder) { return (glob "\Q$folder\E/usr/src/*.tar.*")[0] }

# The package of the newest kernel's source.
sub newest_source () {
    my @names = map { /\A(\Q$SOURCE\E[\d.]+) / ? $1 : () }
        _tool('apt-cache', 'search', '--names-only', "^${SOURCE}[0-9.]+\$");
    my %number = map { /(\d+)[.](\d+)/ ? ($_ => $1 * 1000 + $2) : () } @names;
    return (sort { $number{$a} <=> $number{$b} } keys %number)[-1]
        // untestable('no suite has a source of a kernel');
}

# What the code returns; or undef, and why it could not be had.
sub reason ($code) {
    my $had;
    return ($had, undef) if eval { $had = $code->(); 1 };
    die $@               if !ref $@;
    return (undef, $@->message);
}

sub _made ($name, $code) {
    my $cache = Copyhang::Cache->new;
    $cache->make($name, $code);
    return $cache->path($name);
}

sub _downloaded ($folder, @names) {
    Copyhang::Tool->run(
        "download @names",
        [
            'sh', '-c',    'cd "$1" && shift && exec "$@"',
            'sh', $folder, _command('apt-get'), 'download', @names
        ]
    );
    return glob "\Q$folder\E/*.deb";
}

sub _apt (@arguments) { return _tool('apt-get', @arguments) }

sub _tool ($program, @arguments) {
    state $apt = Copyhang::Apt->new;
    $apt->update;
    return Copyhang::Tool->run("ask $program", [_command($program), @arguments]);
}

# The project's own apt, which knows all suites.
sub _command ($program) {
    return ($program, '-c', Copyhang::Cache->new->path('apt/apt.conf'));
}

1;

__END__

=head1 NAME

Unpacked - what only a test needs of Debian's packages: unpacked into the cache, not installed

=head1 SYNOPSIS

    my ($folder, $why) = reason(sub { packages('virtme-ng/trixie') });
    plan skip_all => $why if !defined $folder;
    my @command = beside(File::Temp->newdir, $folder);

=cut
