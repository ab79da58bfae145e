# SPDX-License-Identifier: GPL-2.0-only
#
# The command run: its options.
package Copyhang::Command::Run;

use v5.36;
use parent 'Copyhang::Command';
use List::Util      qw(min);
use Copyhang::Paths ();
use Copyhang::Tool  ();

# Cases at once for each processor: most of the time of a hang is waiting, which costs nothing. (In an
# emulated guest all is work: there the case program's own choice stands.)
our $JOBS_PER_CPU = 32;
our $JOBS_MAX     = 1024;    # what the case program takes

# So many without --jobs.
sub jobs ($class) { return min($JOBS_MAX, $JOBS_PER_CPU * Copyhang::Tool->cpus) }

sub main ($class, @arguments) {
    my @own    = qw(only=s@ each baseline=s write-baseline=s);
    my $option = $class->options(\@arguments, @own, @Copyhang::Command::REPORT);
    $class->no_more(\@arguments, 'cases are chosen with --only GLOB');
    Copyhang::Paths->prepare($option->{'no-install'});
    $option->{jobs} //= $class->jobs;
    require Copyhang::Run;
    return Copyhang::Run->new($option)->main;
}

1;
