# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Command::Matrix;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use parent 'Copyhang::Command';
use Copyhang::Place ();

sub main ($class, @kernels) {
    my $option = $class->options(
        \@kernels,          'only=s@', 'jobs=s',    'modules=s',
        'baseline=s',       'json=s',  'junit=s',   'html=s',
        'write-baseline=s', 'verbose', 'archive=s', 'no-install',
    );
    $class->check_values($option);
    Copyhang::Place->prepare($option->{'no-install'}, 'matrix');
    require Copyhang::Matrix;
    return Copyhang::Matrix->new($option, @kernels)->main;
}

1;

__END__

=head1 NAME

copyhang matrix - boot kernels, run the cases in each, and compare

=head1 SYNOPSIS

    copyhang matrix [KERNEL]... [--modules DIR] [--only GLOB]... [--jobs N] [--verbose]
                    [--baseline DIR] [--write-baseline DIR]
                    [--json FILE] [--junit FILE] [--html FILE] [--archive FILE]
                    [--no-install]

=head1 DESCRIPTION

Boots every KERNEL in a guest of its own, with nothing but the case programs and the modules that
they need, runs the cases in it, and prints what differs from one kernel to the next. A KERNEL is a
name such as C<debian:6.1> (see C<copyhang kernels>), a F<.deb>, a bzImage or vmlinux, a kernel tree
that was built, or a user-mode kernel (F<linux.uml>). Without any the list in F<fixtures/kernels> is
taken. Needs no root.

Guests run under qemu, with KVM where a probe boot with it came up, else translated (TCG). As many run
at once as there are processors and memory for. A case that takes its kernel down costs that case: the
rest runs in a fresh boot.

=head1 OPTIONS

=over

=item --modules DIR

The modules of a KERNEL that is just a file: F<lib/modules/RELEASE>, or a folder that has it.

=item --only GLOB

Run only the cases whose id matches GLOB, as with C<copyhang run>. May be repeated.

=item --jobs N

Run N cases at once in each guest. Without it the case program chooses.

=item --verbose

Show every case, also those that are alike on all kernels.

=item --baseline DIR

Compare each kernel with what was recorded for it in DIR: what was recorded is expected, and any
other verdict is a change, for better or worse.

=item --write-baseline DIR

Record what each kernel did that was tested to the end.

=item --json FILE, --junit FILE, --html FILE, --archive FILE

Write all kernels as one JSON document (C<-> is standard output), as JUnit XML with one suite for each
kernel, as a page for a browser, as a TAP archive.

=item --no-install

Do not install missing packages: say which they are, exit 2.

=back

=head1 OUTCOMES

A kernel is C<complete>, or what went wrong first is told with the last lines of its console: C<no such
kernel>, C<boot failed> (its first process was never heard of), C<panic> (also an oops), C<wedged> (it
was heard of, then nothing more), C<lost> (what came back was damaged or not all), C<emulator failed>.
Cases without a result are C<broken>, with the reason.

=head1 EXIT STATUS

0: all kernels complete, and as expected. 1: not so. 2: wrong usage or bad input. 125: nothing could be
tested.

=head1 FILES

F<$XDG_CACHE_HOME/copyhang> (F<~/.cache/copyhang>) keeps kernels, what guests are booted with, and
what was found out about this machine.

=cut
