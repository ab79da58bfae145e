# SPDX-License-Identifier: GPL-2.0-only
#
# What the subcommands have in common.
#
# A subcommand is one module, Copyhang::Command::Name, found by its file. It has a class method
# main(@arguments) that returns the exit status, and a manual, man/copyhang-NAME.pod. When it is loaded
# only perl-base is sure to be there; it reads its options, calls Copyhang::Paths->prepare, and loads
# the rest afterwards.
package Copyhang::Command;

use v5.36;
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();
use Getopt::Long      ();

my ($FOLDER) = __FILE__ =~ m{(.*)/lib/Copyhang/};    # scripts/, or where it was installed

# Loads a command; returns its class, undef if there is none.
sub find ($class, $name) {
    return if !grep { $_ eq $name } $class->names;
    my $module = join q{}, map { ucfirst } split /-/, $name;
    require "Copyhang/Command/$module.pm";
    return __PACKAGE__ . "::$module";
}

sub names ($class) {
    return map { m{/copyhang-([\w-]+)[.]pod\z} && $1 ne 'verdicts' ? $1 : () } $class->manuals;
}

# The sources of the manual pages.
sub manuals ($class) {
    my @manuals = map { s/[.]pod\z//r } glob "\Q$FOLDER\E/man/*.pod";
    return map { "$_.pod" } sort @manuals;
}

# The one of a command, or of the whole without a name.
sub manual ($class, @name) {
    return "$FOLDER/man/" . join(q{-}, 'copyhang', @name) . '.pod';
}

# Of a checkout, or as installed beside lib/.
sub version ($class) {
    my $folder = Copyhang::Paths->checkout // $FOLDER;
    open my $in, '<', "$folder/VERSION" or bad_input("cannot read $folder/VERSION: $!");
    chomp(my $version = <$in> // q{});
    close $in or bad_input("cannot read $folder/VERSION: $!");
    return $version;
}

# Takes the options out of @$arguments, of which Getopt::Long says what is wrong; every command knows
# --help.
sub options ($class, $arguments, @specification) {
    my $name = lc $class =~ s/.*:://r =~ s/(?<=[a-z])(?=[A-Z])/-/gr;
    my (%option, @complaints);
    my $parser = Getopt::Long::Parser->new(config => [qw(no_auto_abbrev no_ignore_case)]);
    {
        local $SIG{__WARN__} = sub ($complaint) { push @complaints, $complaint };
        $parser->getoptionsfromarray($arguments, \%option, 'help|h', @specification);
    }
    bad_input(lcfirst($complaints[0] =~ s/\s+\z//r) . "; see 'copyhang $name --help'")
        if @complaints;
    return \%option if !$option{help};
    __PACKAGE__->find('help')->main($name);
    return Copyhang::Failure->quit(0);
}

# Refuses what is left over.
sub no_more ($class, $arguments, $hint) {
    bad_input("unexpected argument '$arguments->[0]'; $hint") if @{$arguments};
    return;
}

# Of options that several commands have.
sub check_values ($class, $option) {
    bad_input("--jobs wants a number from 1 to 9999, not '$option->{jobs}'")
        if defined $option->{jobs} && $option->{jobs} !~ /\A[1-9]\d{0,3}\z/;
    bad_input("--archive wants a name that ends in .tar.gz, .tgz or .tar, not '$option->{archive}'")
        if defined $option->{archive} && $option->{archive} !~ /[.](?:tar|tar[.]gz|tgz)\z/;
    return;
}

1;
