# SPDX-License-Identifier: GPL-2.0-only
#
# The command `bisect-step`: its options and its manual.
package Copyhang::Command::BisectStep;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();

# `git bisect run` takes 2 for bad, and this for its end.
my $GIVE_UP = 255;

sub main ($class, @arguments) {
    my $status = Copyhang::Failure->status_of(sub { $class->_main(@arguments) });
    return $status == 2 ? $GIVE_UP : $status;
}

sub _main ($class, @arguments) {
    my $option = $class->options(
        \@arguments,     'case=s',     'kernel=s', 'tree=s',
        'build=s',       'arch=s',     'config=s', 'good-verdict=s',
        'bad-verdict=s', 'any-change', 'repeat=s', 'json=s',
        'no-install',
    );
    $class->no_more(\@arguments, 'a step takes options alone');
    bad_input("--case is missing; see 'copyhang bisect-step --help'") if !defined $option->{case};
    bad_input("--repeat wants a number from 1 to 99, not '$option->{repeat}'")
        if defined $option->{repeat} && $option->{repeat} !~ /\A[1-9]\d?\z/;
    if (defined $option->{kernel}) {
        my ($other) = grep { defined $option->{$_} } qw(tree build arch config);
        bad_input("--kernel and --$other exclude each other") if defined $other;
    }
    Copyhang::Paths->prepare($option->{'no-install'},
        defined $option->{kernel} ? 'matrix' : 'bisect');
    require Copyhang::Bisect::Single;
    return Copyhang::Bisect::Single->main($option);
}

1;

__END__

=head1 NAME

copyhang bisect-step - play a case on one kernel, and answer as git bisect run wants it

=head1 SYNOPSIS

    copyhang bisect-step --case ID [--tree DIR] [--build DIR] [--arch ARCH] [--config FILE] [option]...
    copyhang bisect-step --case ID --kernel KERNEL [option]...

    options: --good-verdict LIST  --bad-verdict LIST  --any-change  --repeat N  --json FILE
             --no-install

    git bisect run copyhang bisect-step --case exit_group/sendfile/pty-pipe

=head1 DESCRIPTION

Builds a small kernel from what is checked out in a tree, out of the tree, boots it in a guest, plays
the case and its control, and answers with the exit status. It is for a C<git bisect run> of your own;
C<copyhang bisect --git> does the whole.

Without C<--good-verdict> and C<--bad-verdict> C<safe> and C<refused> are good, and C<hang>, C<stuck>
and C<corrupt> are bad; with one of them all others are the other.

=head1 OPTIONS

=over

=item --case ID

The case.

=item --tree DIR

The kernel tree; without it this folder. It has to be clean, as for every build out of the tree, but
may have changes.

=item --build DIR

Where to build, and to keep the logs. Without it a folder in the cache that belongs to the tree.

=item --arch ARCH

C<x86_64> (the default), or C<um>, a user-mode kernel.

=item --config FILE

Build with this configuration instead of a small one; FILE is not changed.

=item --kernel KERNEL

Build nothing, and take this kernel, named as for C<copyhang matrix>.

=item --good-verdict LIST, --bad-verdict LIST

Verdicts that are good, or bad, with commas: C<--good-verdict hang>, to find out what fixed it.

=item --any-change

Every verdict that is not good is bad.

=item --repeat N

Boot the kernel N times; the verdict has to be the same each time, else it cannot be told. Without it
once.

=item --json FILE

Write what was seen as a JSON document in one line (C<-> is standard output).

=item --no-install

Do not install missing packages: say which they are.

=back

=head1 EXIT STATUS

0: good. 1: bad. 125: it cannot be told, so skip it: the kernel does not build or boot, the case is
C<broken> or C<unavailable>, its control is not C<safe>, or the verdict is neither good nor bad. 255:
wrong usage or bad input, where other commands have 2, which C<git bisect run> would take for bad.

=head1 FILES

F<$XDG_CACHE_HOME/copyhang/trees> (F<~/.cache/copyhang/trees>): for each tree what was built of it,
with a log for each commit.

=cut
