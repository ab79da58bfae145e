# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Command::Kernels;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use parent 'Copyhang::Command';
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();

my %ACTION = (list => \&_list, fetch => \&_fetch, prune => \&_prune);

sub main ($class, @arguments) {
    my $option = $class->options(\@arguments, 'refresh', 'no-install');
    my $action = shift @arguments // 'list';
    bad_input("list, fetch or prune, not '$action'; see 'copyhang kernels --help'")
        if !$ACTION{$action};
    Copyhang::Paths->prepare($option->{'no-install'});
    require Copyhang::Kernel::Debian;
    Copyhang::Failure->catch_signals;
    my $hold = $action eq 'prune' ? undef : Copyhang::Cache->new->hold;
    my $status;
    my $done = eval { $status = $ACTION{$action}->($class, $option, @arguments); 1 };
    _tell(q{});
    return $status if $done;
    die $@;
}

sub _list ($class, $option, @names) {
    my $debian = 'Copyhang::Kernel::Debian';
    $debian->apt->update(%{$option}, on_progress => \&_tell);
    my @kernels = @names ? map { $debian->known($_) } @names : $debian->all;
    my @rows    = map {
        [
            $_->short_name,           $_->release,
            $_->version,              join(q{,}, $_->suites) || q{-},
            _size($_->download_size), $_->is_cached ? _size($_->size_in_cache) : q{-}
        ]
    } @kernels;
    my $format = "%-28s %-29s %-22s %-23s %9s %9s\n";
    print map { sprintf($format, @{$_}) } [qw(NAME RELEASE VERSION SUITE DOWNLOAD CACHED)], @rows;
    return 0;
}

sub _size ($bytes) {
    return sprintf '%.1f MB', $bytes / 1e6;
}

sub _fetch ($class, $option, @names) {
    require Copyhang::Kernel;
    Copyhang::Kernel::Debian->apt->update(%{$option}, on_progress => \&_tell);
    @names = Copyhang::Paths->default_kernels if !@names;
    for my $kernel (map { Copyhang::Kernel->find($_) } @names) {
        $kernel->fetch(on_progress => sub ($text) { _tell($kernel->name . ": $text") });
        _tell(q{});
        print $kernel->name, q{ }, $kernel->release // q{-}, q{ }, ($kernel->images)[0], "\n";
    }
    return 0;
}

sub _prune ($class, $option, @names) {
    $class->no_more(\@names, 'prune removes all kernels');
    require Copyhang::Bisect::Repository;
    my $cache = Copyhang::Cache->new;
    my $trees = $cache->path('trees');
    $cache->alone(
        sub {
            Copyhang::Bisect::Repository->remove_worktree($_) for glob "\Q$trees\E/*";
            $cache->remove($_) for qw(kernels guests machines trees);
        }
    );
    return 0;
}

# One line that moves, when on a terminal.
sub _tell ($text) {
    print {*STDERR} "\r$text\e[K" if -t STDERR;
    return;
}

1;

__END__

=head1 NAME

copyhang kernels - the kernels to test: list, download, remove

=head1 SYNOPSIS

    copyhang kernels [list] [NAME...] [--refresh] [--no-install]
    copyhang kernels fetch [NAME...] [--refresh] [--no-install]
    copyhang kernels prune

=head1 DESCRIPTION

=over

=item list

Prints the kernels that Debian offers, and what is in the cache, newest first: the shortest name for
B<copyhang matrix>, the release (what C<uname -r> says; it ends in the flavour), the version of the
package, the suites that have it, the size of the download, and the room it takes in the cache. With
names, only those that fit.

=item fetch

Downloads and unpacks kernels into the cache; B<copyhang matrix> does so itself for what is missing.
Without names: the default list, F<fixtures/kernels>.

=item prune

Removes all kernels from the cache, also what C<copyhang bisect> has built and checked out, with what
your repository knows of that worktree. Refused while another copyhang works with them.

=back

=head1 NAMES

=over

=item debian:6.1

The newest 6.1 that Debian offers, of the flavour C<cloud>.

=item debian:6.12.117, debian:6.12.117-1~deb12u1

A version of the kernel (of its newest package), or of the package.

=item debian:6.1:rt, debian:6.1:amd64

Another flavour: what stands at the end of the release, with or without the architecture.

=item FILE.deb, FILE, FOLDER

A package with a kernel; a bzImage, vmlinux or F<linux.uml>; a kernel tree that was built.

=back

=head1 OPTIONS

=over

=item --refresh

Load the package lists anew, though they are of today.

=item --no-install

Do not install missing packages: say which they are, exit 2.

=back

Debian's suites bullseye, bookworm and trixie, with security and backports, and sid are read from
the mirror in this machine's apt sources, and verified with the keys named there. Nothing is
installed, root is not needed, and the machine's own sources and package lists stay as they are.

=head1 FILES

=over

=item F<$XDG_CACHE_HOME/copyhang> (F<~/.cache/copyhang>)

F<apt/>: package lists. F<kernels/>: a folder for each kernel. F<trees/>: worktrees and builds of
C<copyhang bisect>. F<users> is locked by all who use them. Any of it may be removed at any time that no
copyhang runs; C<git worktree prune> in your repository then forgets the worktree.

=back

=head1 EXIT STATUS

0: done. 2: wrong usage, no such kernel, or no room. 125: the mirror cannot be reached, or what it
has is not signed as it should be.

=cut
