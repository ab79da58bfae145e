# SPDX-License-Identifier: GPL-2.0-only
#
# Whose fault it is that something is not as it should be: the one list of the kinds of failure, for
# all that tell of them to others.
#
#     kernel    the kernel was seen to do it
#     ours      copyhang's own: says nothing about the kernel
#     lab       of what the guest runs on, or comes from: another run may well go otherwise
#     user      what was asked for is not there
#     unknown   the kernel's, ours or the lab's: nobody can tell
#
# A case that was not played has no fault of its own.
package Copyhang::Fault;

use v5.36;
use Copyhang::Case ();

# Of the outcomes that a kernel may have (Copyhang::Matrix::Results).
my %OUTCOMES = (
    panic           => 'kernel',
    boot_failed     => 'kernel',
    job_refused     => 'ours',
    emulator_failed => 'lab',
    fetch_failed    => 'lab',
    lab_failed      => 'lab',
    build_failed    => 'user',
    no_such_kernel  => 'user',
    lost            => 'unknown',
    wedged          => 'unknown',
);

sub outcomes ($class) { return 'complete', sort keys %OUTCOMES }

# Undef of complete.
sub of_outcome ($class, $outcome) { return $OUTCOMES{$outcome // 'complete'} }

# Of a case that is not safe: one of these, or undef: it was not played. $case has verdict and reason;
# $outcome is that of its kernel, undef where that runs here.
sub of_case ($class, $case, $outcome = undef) {
    my $reason = $case->{reason} // q{};
    return 'kernel' if Copyhang::Case->says_something($case->{verdict});
    return 'ours'   if !$class->of_outcome($outcome);
    return          if $reason =~ /\Ano result\b/;
    my ($words) = $reason =~ /\A([a-z ]+)\b.*, while it was played\z/s or return 'ours';
    return $class->of_outcome($words =~ tr/ /_/r) // 'ours';
}

1;
