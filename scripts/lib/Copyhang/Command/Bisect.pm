# SPDX-License-Identifier: GPL-2.0-only
#
# The command `bisect`: its options and its manual.
package Copyhang::Command::Bisect;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();

sub main ($class, @arguments) {
    my $option = $class->options(
        \@arguments,      'case=s',        'good=s',     'bad=s',
        'good-verdict=s', 'bad-verdict=s', 'any-change', 'repeat=s',
        'kernels=s',      'git=s',         'config=s',   'arch=s',
        'resume',         'log',           'json=s',     'no-install',
    );
    for my $name (grep { !defined $option->{$_} } qw(case good bad)) {
        bad_input("--$name is missing; see 'copyhang bisect --help'");
    }
    bad_input("--repeat wants a number from 1 to 99, not '$option->{repeat}'")
        if defined $option->{repeat} && $option->{repeat} !~ /\A[1-9]\d?\z/;
    my $kind = defined $option->{git} ? 'Commits' : 'Kernels';
    if ($kind eq 'Kernels') {
        $class->no_more(\@arguments, 'paths go with --git');
        my ($other) = grep { defined $option->{$_} } qw(arch config);
        bad_input("--$other goes with --git") if defined $other;
    }
    elsif (defined $option->{kernels}) { bad_input('--kernels and --git exclude each other') }
    Copyhang::Paths->prepare($option->{'no-install'}, $kind eq 'Commits' ? 'bisect' : 'matrix');
    require Copyhang::Bisect;
    return Copyhang::Bisect->new($kind, $option, @arguments)->main;
}

1;

__END__

=head1 NAME

copyhang bisect - find the kernel, or the commit, with which a case began to behave differently

=head1 SYNOPSIS

    copyhang bisect --case ID --good KERNEL --bad KERNEL [--kernels FILE|DIR] [option]...
    copyhang bisect --case ID --good REV --bad REV --git TREE [--arch ARCH] [--config FILE]
                    [option]... [-- PATH...]

    options: --good-verdict LIST  --bad-verdict LIST  --any-change  --repeat N
             --resume  --log  --json FILE  --no-install

    copyhang bisect --case exit_group/sendfile/pty-pipe --good debian:5.10 --bad debian:7.3
    copyhang bisect --case exit_group/sendfile/pty-pipe --git ../linux --good v5.11 --bad v5.12 -- fs

=head1 DESCRIPTION

A case, as C<copyhang list> shows them, does one thing on an older kernel, and another on a newer one.
This looks for the first kernel that does the other, by binary search, unattended: it boots a kernel in
a guest, as C<copyhang matrix> does, plays the case, and goes on with the half that has it.

In the end it prints the last good and the first bad kernel, what it took, the commands that replay
each step, and a text ready to mail, with the evidence from both.

C<good> is what the older end does, and C<bad> what the newer does, whether that is better or worse:
to find out what I<fixed> a hang, the older kernel that hangs is C<--good>.

=head2 Among kernels

KERNEL is as for C<copyhang matrix>. Between the two lies what Debian offers of the same flavour
(C<copyhang kernels list>), or what C<--kernels> names, in the order of their versions. Only what is
booted is downloaded.

=head2 Among commits

With C<--git> small kernels are built from the commits of TREE, those that C<git bisect> would take,
out of the tree and in a worktree of its own: what is checked out in TREE stays as it is, and a
bisection of your own there, too. With changes there that were not committed it is refused, as no
commit would be built with them. After C<--> may come paths: only commits that touch them are looked at. What has been built stays, so that the next bisection in TREE is quick; C<copyhang kernels
prune> removes it.

=head2 What is skipped

A step that cannot tell is skipped, and another kernel is taken, away from it: a kernel that cannot be
downloaded or built, that does not boot or does not come to its end, a case that is C<broken> or
C<unavailable>, and a control that is not C<safe>: the same act between the same endpoints while the
copier reads and writes (C<read_write>). So is C<late>, unless an option names it, and a verdict that
is neither good nor bad. Where only skipped kernels remain, they are named.

=head1 OPTIONS

=over

=item --case ID

The case.

=item --good KERNEL, --bad KERNEL

The older end and the newer one.

=item --good-verdict LIST, --bad-verdict LIST

Verdicts that are good, or bad, with commas: C<--good-verdict refused,safe>. Without them it is what
the ends show, which must not be the same.

=item --any-change

Every verdict that is not good is bad.

=item --repeat N

Boot each kernel N times; the verdict has to be the same each time, else the kernel is skipped.
Without it once.

=item --kernels FILE, --kernels DIR

The kernels to choose from: a file with one a line, as F<fixtures/kernels>, or a folder with images,
packages and built trees. The ends need not be among them.

=item --git TREE

Bisect the commits of this kernel tree between the revisions C<--good> and C<--bad>.

=item --arch ARCH

Build for C<x86_64> (the default), or C<um>: user-mode kernels.

=item --config FILE

Build with this configuration instead of a small one (the kernel's own C<tinyconfig>, and
F<fixtures/kernel.config>). Either way the build's own C<olddefconfig> completes it. FILE is read at
each step, and not changed. What the cases want and it does not have is told.

=item --resume

Go on with the same bisection, which was interrupted: what has been seen is not looked at again. If there
is none it says so, and begins. The same is one with the same case, ends, C<--repeat>, and C<--kernels>,
or TREE, paths, C<--arch> and what is in the FILE of C<--config>. The other options may change: what
has been seen is judged anew.

=item --log

Only print the commands that replay (with C<--git> what C<git bisect replay> takes) what the same bisection, running or over, has done so far.

=item --json FILE

Write the result as a JSON document (C<-> is standard output).

=item --no-install

Do not install missing packages: say which they are, exit 2.

=back

=head1 EXIT STATUS

0: found. 2: wrong usage or bad input, also ends that show the same. 125: it cannot be told, as an end
or all that remains cannot.

=head1 FILES

F<$XDG_CACHE_HOME/copyhang> (F<~/.cache/copyhang>): F<bisects/> has the steps of each bisection, for
C<--resume> and C<--log>; F<trees/> has for each TREE the worktree, what was built, and a log of each
build; the rest is as for C<copyhang matrix>.

=cut
