# SPDX-License-Identifier: GPL-2.0-only
#
# The command run: its options and its manual.
package Copyhang::Command::Run;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Paths ();

sub main ($class, @arguments) {
    my $option = $class->options(
        \@arguments,        'only=s@', 'jobs=s',  'baseline=s',
        'write-baseline=s', 'json=s',  'junit=s', 'html=s',
        'archive=s',        'verbose', 'no-install',
    );
    $class->no_more(\@arguments, 'cases are chosen with --only GLOB');
    $class->check_values($option);
    Copyhang::Paths->prepare($option->{'no-install'});
    require Copyhang::Run;
    return Copyhang::Run->new($option)->main;
}

1;

__END__

=head1 NAME

copyhang run - run the cases on this kernel, and report

=head1 SYNOPSIS

    copyhang run [--only GLOB]... [--jobs N] [--verbose]
                 [--baseline FILE] [--write-baseline FILE]
                 [--json FILE] [--junit FILE] [--html FILE] [--archive FILE]
                 [--no-install]

=head1 OPTIONS

=over

=item --only GLOB

Run only the cases whose id matches GLOB (C<*> matches C</> too), see C<copyhang list>. May be
repeated: a case that matches any of them is run.

=item --jobs N

Run N cases at once. Without it the case programs choose; nearly all of a case is waiting.

=item --verbose

Show the evidence of every case, and every strategy, source and act in a line or column of its
own.

=item --baseline FILE

Compare with an earlier run: what was recorded is expected, and any other verdict is a change,
for better or worse. See L</BASELINES>.

=item --write-baseline FILE

Record this run's verdicts as what is to be expected.

=item --json FILE

Write everything as one JSON document. C<-> is standard output; the report then goes to standard
error.

=item --junit FILE

Write a JUnit XML file.

=item --html FILE

Write a page for a browser: the whole matrix, every verdict a link to its evidence. It needs no
other file, no network and no script.

=item --archive FILE

Write a TAP archive (F<.tar.gz>, F<.tgz> or F<.tar>).

=item --no-install

Do not install missing packages: say which they are, exit 2.

=back

=head1 REPORT

A table for each act: strategies, sources and sinks, with the verdicts (see C<copyhang help>).
Strategies, sources, sinks and acts with the same verdicts share a row, a column or a table; an act
that tries less than another and agrees with it is named with that one, and strategies that are
refused everywhere are named below the table. Then the evidence of the first failure of each kind
(three kinds at most, told apart by the call that stalled), what changed against the baseline, what
was wrong with the case programs, and in one paragraph which strategies are safe and which are not.

=head1 BASELINES

=over

=item *

The same verdict is expected. In TAP, JUnit and archives an expected failure is a TODO test that
failed, which is no failure there.

=item *

Another verdict is a change, named in the report, exit status 1. If it is a good one, it is a TODO
test that passed.

=item *

C<unavailable> where something else was recorded could not be compared: named, but no failure.

=item *

A case that is not recorded is new: judged as without a baseline, and counted.

=item *

A recorded case that is no longer one is named, unless C<--only> narrows the run.

=back

C<unavailable> and C<broken> say nothing about the kernel and are never recorded. A run that
records a baseline, and compares with none, exits with 0 whatever it records.

=head1 EXIT STATUS

=over

=item B<0>

Every case is as expected: without a baseline neither C<hang>, C<stuck>, C<late> nor C<corrupt>.

=item B<1>

A case says otherwise, is C<broken>, or there was trouble with a case program.

=item B<2>

Wrong usage or bad input; nothing was run, or a file could not be written.

=item B<125>

Nothing could be tested: every case is C<broken> or C<unavailable>.

=back

After Ctrl-C, SIGTERM or SIGHUP everything is ended within a second or two, no file is written,
and copyhang dies by the same signal.

=cut
