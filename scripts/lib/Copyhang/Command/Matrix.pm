# SPDX-License-Identifier: GPL-2.0-only
#
# The command matrix: its options and its manual.
package Copyhang::Command::Matrix;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();

my $CPUS_MAX = 64;

sub main ($class, @kernels) {
    my $option = $class->options(
        \@kernels,          'only=s@',   'jobs=s',    'modules=s',
        'baseline=s',       'json=s',    'junit=s',   'html=s',
        'write-baseline=s', 'verbose',   'archive=s', 'no-install',
        'exec=s@',          'source=s@', 'sink=s@',   'act=s@',
        'reverse',          'carry=s@',  'cpus=s',    'append=s',
    );
    $class->check_values($option);
    $class->check_exec($option);
    $class->check_guest($option);
    Copyhang::Paths->prepare($option->{'no-install'}, 'matrix');
    require Copyhang::Matrix;
    return Copyhang::Matrix->new($option, @kernels)->main;
}

sub check_guest ($class, $option) {
    my ($cpus, $append) = @{$option}{qw(cpus append)};
    bad_input("--cpus wants a number from 1 to $CPUS_MAX, not '$cpus'")
        if defined $cpus && !($cpus =~ /\A[1-9]\d{0,2}\z/ && $cpus <= $CPUS_MAX);
    bad_input("--append wants words for a kernel's command line, not '$append'")
        if defined $append && $append !~ /\A[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*\z/;
    return;
}

# Each way to choose cases has options of its own.
sub check_exec ($class, $option) {
    my ($misplaced) =
        grep { defined $option->{$_} } $option->{exec} ? 'only' : qw(source sink act reverse carry);
    return if !defined $misplaced;
    bad_input(
        '--only chooses among the cases of the tables: with --exec there are --source, --sink,'
            . ' --act and --reverse')
        if $option->{exec};
    bad_input("--$misplaced is for programs under test: it goes with --exec");
}

1;

__END__

=head1 NAME

copyhang matrix - boot kernels, run the cases in each, and compare

=head1 SYNOPSIS

    copyhang matrix [KERNEL]... [--modules DIR] [--only GLOB]... [--jobs N] [--verbose]
                    [--baseline DIR] [--write-baseline DIR]
                    [--json FILE] [--junit FILE] [--html FILE] [--archive FILE]
                    [--cpus N] [--append WORDS] [--no-install]
    copyhang matrix --exec 'COMMAND [ARG...]' [--exec ...]... [--carry PATH]... [--source KIND]...
                    [--sink KIND]... [--act ACT]... [--reverse] [KERNEL]... [OPTION]...

    copyhang matrix --exec 'busybox cat' --exec cat debian:5.10 debian:6.1

=head1 DESCRIPTION

Boots every KERNEL in a guest of its own, with nothing but the case programs and the modules that
they need, runs the cases in it, and prints what differs from one kernel to the next. A KERNEL is a
name such as C<debian:6.1> (see C<copyhang kernels>), a F<.deb>, a bzImage or vmlinux, a kernel tree
that was built, or a user-mode kernel (F<linux.uml>). Without any the list in F<fixtures/kernels> is
taken. Needs no root.

Guests run under qemu, with KVM where a probe boot with it came up, else translated (TCG). One with many
cases gets up to four processors, and as many run at once as there are processors and memory for. A case that takes its kernel down costs that case: the
rest runs in a fresh boot.

=head1 OPTIONS

=over

=item --modules DIR

The modules of a KERNEL that is just a file: F<lib/modules/RELEASE>, or a folder that has it.

=item --only GLOB

Run only the cases whose id matches GLOB, as with C<copyhang run>. May be repeated.

=item --exec COMMAND

Instead of the cases run a program under test, as C<copyhang exec> does, in each kernel; may be
repeated. See L</PROGRAMS UNDER TEST>.

=item --carry PATH

Put also this program into the guests, as one that COMMAND executes; or this folder, with all that is
in there. May be repeated.

=item --source KIND, --sink KIND, --act ACT, --reverse

With --exec, as with C<copyhang exec>.

=item --jobs N

Run N cases at once in each guest. Without it the case program chooses.

=item --cpus N

Give each guest N processors, also more than there are here. Without it those with many cases get
several.

=item --append WORDS

Put WORDS on the kernels' command lines, such as C<clocksource=jiffies>.

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

=head1 PROGRAMS UNDER TEST

COMMAND is quoted as for a shell, and becomes a strategy: the ids of C<busybox cat> are
C<exit_group/exec:busybox_cat/pty-pipe> and so on. All else is as with other cases: the table, what
changed from one kernel to the next, reports, baselines, the exit status. Below the table stands what
each program was seen to do on which kernels: its cascade, or why it could not be tried, with what
it said on standard error. See C<copyhang exec --help> for how a program runs, and what of it is seen.

A guest has no file of this machine but what it is given, under the same paths:

=over

=item *

the program, its dynamic linker, and the libraries that this finds here;

=item *

of a script its interpreter, and what C<#!/usr/bin/env NAME> names;

=item *

files that ARGs are paths of, such as C<copy.sh> in C<sh copy.sh>, and likewise what they need;

=item *

what --carry names.

=back

It begins in a folder of the same name, with C<PATH> and C<LD_LIBRARY_PATH> as they are here, and no
other variable of these. Nobody can tell what else a program will open: other programs that a script
calls, plugins, locales, and the modules of perl and python do not come along by themselves. Python
does not even start without C<--carry /usr/lib/python3.11>, or where it has them. A program that fails
for what it misses is C<broken>, with what it said; one that does without gets the verdict of what it
did, which its cascade shows. All together may be 100 MB.

A command that is not there, or has set-user-ID, or lacks a library is refused before anything boots.

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
