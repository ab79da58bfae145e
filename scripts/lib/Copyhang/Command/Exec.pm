# SPDX-License-Identifier: GPL-2.0-only
#
# The command exec: its options.
package Copyhang::Command::Exec;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();

sub main ($class, @arguments) {
    my @common = (@Copyhang::Command::REPORT, @Copyhang::Command::PROGRAM);
    my $option = $class->options(\@arguments, qw(survey=s install record=s), @common);
    if (defined $option->{survey}) {
        $class->no_more(\@arguments, '--survey takes its commands from the file');
        bad_input('--install and --no-install exclude each other')
            if $option->{install} && $option->{'no-install'};
    }
    else {
        bad_input("--$_ is for a survey") for grep { defined $option->{$_} } qw(install record);
        bad_input("no command to run; see 'copyhang exec --help'") if !@arguments;
    }
    Copyhang::Paths->prepare($option->{'no-install'});
    require Copyhang::Report::Programs;
    require Copyhang::Run;
    require Copyhang::Selection::Program;
    my $selection = Copyhang::Selection::Program->new($option, @arguments);
    my %how       = (report => 'Copyhang::Report::Programs', selection => $selection);
    $how{page} = 'Survey' if defined $option->{survey};
    return Copyhang::Run->new($option, %how)->main;
}

1;
