# SPDX-License-Identifier: GPL-2.0-only
#
# The command import: whose results it reads, and what becomes of them.
#
# An engine is one module, Copyhang::Import::Name, found by its file, as those of export are. Its class
# methods: summary (what it reads, in a few words), and reader($option, @paths), a Copyhang::Run, whose
# main reports and returns the exit status.
package Copyhang::Command::Import;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Command::Export ();
use Copyhang::Failure         qw(bad_input);
use Copyhang::Paths           ();

sub main ($class, @arguments) {
    my %engine = Copyhang::Command::Export->engines_of('Import');
    my @report = grep { !/\Ajobs\b/ } @Copyhang::Command::REPORT;
    my $option = $class->options(\@arguments, qw(baseline=s write-baseline=s), @report);
    my $name   = shift @arguments;
    if (!defined $name) {
        printf "%-10s %s\n", $_, $engine{$_}->summary for sort keys %engine;
        return 0;
    }
    my $engine = $engine{$name} // bad_input("no engine '$name'; 'copyhang import' lists them");
    bad_input("which results? see 'copyhang import --help'") if !@arguments;
    Copyhang::Paths->prepare($option->{'no-install'}, 'run');
    return $engine->reader($option, @arguments)->main;
}

1;
