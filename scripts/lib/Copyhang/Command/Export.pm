# SPDX-License-Identifier: GPL-2.0-only
#
# The command export: its engines, and the options of all of them.
#
# An engine is one module, Copyhang::Export::Name, found by its file; engines_of says the same of
# another folder of engines. Its class methods: summary (what it writes, in a few words), options
# (as Getopt::Long has them; one name has one meaning for all), purpose (of scripts/setup, undef:
# nothing has to be there), and export($option, @arguments), which returns the exit status. When it
# is loaded only perl-base is sure to be there; export loads the rest.
package Copyhang::Command::Export;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();
use List::Util        qw(uniq);

my ($LIB) = __FILE__ =~ m{(.*)/Copyhang/Command/};

sub main ($class, @arguments) {
    my %engine = $class->engines_of('Export');
    my $option =
        $class->options(\@arguments, 'no-install', uniq map { $_->options } values %engine);
    my $name   = shift @arguments // return _list(%engine);
    my $engine = $engine{$name}   // bad_input("no engine '$name'; 'copyhang export' lists them");
    my %own    = map { s/[=|!].*//r => 1 } 'no-install', $engine->options;
    for my $other (grep { !$own{$_} } sort keys %{$option}) {
        bad_input("--$other is not for $name; see 'copyhang export --help'");
    }
    my $purpose = $engine->purpose;
    Copyhang::Paths->prepare($option->{'no-install'}, $purpose) if defined $purpose;
    Copyhang::Failure->catch_signals;
    return $engine->export($option, @arguments);
}

# {name => module} of Copyhang::$folder, loaded.
sub engines_of ($class, $folder) {
    my %engine;
    for my $file (glob "\Q$LIB/Copyhang/$folder\E/*.pm") {
        my ($module) = $file =~ m{/(\w+)[.]pm\z};
        my $name = lc $module =~ s/(?<=[a-z])(?=[A-Z])/-/gr;
        require "Copyhang/$folder/$module.pm";
        $engine{$name} = "Copyhang::${folder}::$module";
    }
    return %engine;
}

sub _list (%engine) {
    printf "%-10s %s\n", $_, $engine{$_}->summary for sort keys %engine;
    return 0;
}

1;
