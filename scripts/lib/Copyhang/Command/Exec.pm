# SPDX-License-Identifier: GPL-2.0-only
#
# The command exec: its options and its manual.
package Copyhang::Command::Exec;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();

sub main ($class, @arguments) {
    my $option = $class->options(
        \@arguments, 'source=s@', 'sink=s@', 'act=s@', 'reverse',   'survey=s',
        'jobs=s',    'json=s',    'junit=s', 'html=s', 'archive=s', 'verbose',
        'no-install',
    );
    $class->check_values($option);
    if (defined $option->{survey}) {
        $class->no_more(\@arguments, '--survey takes its commands from the file');
        bad_input('--html shows one program, not those of a survey') if defined $option->{html};
    }
    elsif (!@arguments) { bad_input("no command to run; see 'copyhang exec --help'") }
    Copyhang::Paths->prepare($option->{'no-install'});
    require Copyhang::Report::Programs;
    require Copyhang::Run;
    return Copyhang::Run->new(
        $option,
        report    => 'Copyhang::Report::Programs',
        selection => _selection($option, @arguments)
    )->main;
}

sub _selection ($option, @command) {
    if (defined $option->{survey}) {
        require Copyhang::Selection::Survey;
        return Copyhang::Selection::Survey->new($option, $option->{survey});
    }
    require Copyhang::Selection::Program;
    return Copyhang::Selection::Program->new($option, @command);
}

1;

__END__

=head1 NAME

copyhang exec - would this program hang the processes around it?

=head1 SYNOPSIS

    copyhang exec [OPTION]... -- COMMAND [ARG...]
    copyhang exec [OPTION]... --survey FILE

    copyhang exec -- busybox cat
    copyhang exec --source pty --act close -- dd bs=1M
    copyhang exec --source file -- cp {in} {out}
    copyhang exec --survey fixtures/programs

=head1 OPTIONS

=over

=item --source KIND

The kind of source; may be repeated. Without it: C<pty>, C<unix>, C<tcp>, C<pipe> and C<file>.

=item --sink KIND

The kind of sink; may be repeated. Without it C<pipe>, whose other end a bystander holds.

=item --reverse

The other way round: the source is a pipe whose other end the bystander holds, full of bytes, and the
sink takes nothing: C<pty>, C<unix>, C<tcp> and C<full_pipe>. A program that takes all of the bytes
before it waits for its sink gets more of them, up to 64 MiB.

=item --act ACT

What happens meanwhile; may be repeated. Without it C<exit_group>: the bystander exits. See
C<copyhang-exec --help>; of the acts of the copier itself only C<self_kill> is one that a program
takes part in.

=item --survey FILE

Try all programs of FILE, see L</SURVEYS>.

=item --jobs N

Play N cases at once.

=item --verbose

Show the evidence of every case.

=item --json FILE, --junit FILE, --html FILE, --archive FILE

As C<copyhang run> writes them; no HTML of a survey.

=item --no-install

Do not install missing packages: say which they are, exit 2.

=back

=head1 DESCRIPTION

The program takes the place of the copier in cases that are called C<exit_group/exec/pty-pipe>. It
runs as it is, with the source as its standard input and the sink as its standard output; C<{in}> and
C<{out}> in its arguments become the paths F</dev/fd/0> and F</dev/fd/1>, for programs that want names
(a socket cannot be opened by name). It is in a process group of its own and has no terminal; its
working folder and its environment are those of B<copyhang>. What it says on standard error is shown
when it is not safe.

It is followed with all its threads and children, in calls that copy or wait for descriptors only
(seccomp, ptrace). The act begins when it is seen asleep waiting for its source, or, where the source
does not stall, for room in the sink: in whatever call, on whatever descriptor. A program that waits
with a time limit over and over has to do so for half a second without doing anything new.

The evidence has the thread that waits (C<thread=PID/TID NAME>), the calls that led there with their
results (C<step=>), and the program's C<cascade=> in words, which includes what it did once the source
was released.

=head1 VERDICTS

C<safe>, C<hang>, C<stuck> and C<late> as everywhere (see C<copyhang help>). What a program makes of
its input is its own affair: bytes are not compared, and nothing is C<refused>. A program that ends,
that crashes, or that does not come to wait for its source within 20 seconds, as one that first
prints more than a pipe holds, is C<broken>, with what it did instead.

=head1 LIMITS

A set-user-ID program, or one with capabilities, is refused: no program gains privileges under a
seccomp filter, it would be another one. A program that traces others fails, as it is traced itself.
On other kernels than the running one C<copyhang matrix --exec COMMAND> tries programs.
Calls of 32-bit programs are not seen on a 64-bit kernel. Of requests to an C<io_uring> it cannot be
seen what they are about: a program that sleeps until one is done counts as waiting for its source,
if it goes on once that is released.

=head1 SURVEYS

A line of FILE has a name, the Debian package that has the program, the rows of our table of cascades
(F<cases/strategies.c>) that claim to copy as it does, with commas, or C<->, and the command, quoted as
for a shell. Empty lines and those that begin with C<#> do not count. F<fixtures/programs> is one.

The report is a table, program by source, with the cascades. Programs that are not installed are
skipped. Where a row claims to be a program, a program that copies through this row is tried as well,
and what differs is a C<mismatch>: the table is then no longer true for this version of the program.
It is reported, and does not change the exit status.

=head1 EXIT STATUS

0: the program is safe in every case. 1: it is not, or a case is C<broken>. 2: wrong usage, no such
program, or one that is refused. 125: nothing could be tested.

=cut
