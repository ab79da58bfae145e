# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Command;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();
use Getopt::Long      ();

my ($FOLDER) = __FILE__ =~ m{(.*)[.]pm\z};

sub find ($class, $name) {
    return if $name !~ /\A[a-z]+(?:-[a-z]+)*\z/ || !-e $class->pod($name);
    my $module = _module($name);
    require "Copyhang/Command/$module.pm";
    return __PACKAGE__ . "::$module";
}

sub names ($class) {
    return map { _name(s{.*/|[.]pm\z}{}gr) } sort glob "$FOLDER/*.pm";
}

sub pod ($class, $name) {
    return "$FOLDER/" . _module($name) . '.pm';
}

# Of a checkout, or as installed beside lib/.
sub version ($class) {
    my $folder = Copyhang::Paths->checkout // "$FOLDER/../../..";
    open my $in, '<', "$folder/VERSION" or bad_input("cannot read $folder/VERSION: $!");
    chomp(my $version = <$in> // q{});
    close $in or bad_input("cannot read $folder/VERSION: $!");
    return $version;
}

# bisect-step is BisectStep, and back.
sub _module ($name) {
    return join q{}, map { ucfirst } split /-/, $name;
}

sub _name ($module) {
    return lc $module =~ s/(?<=[a-z])(?=[A-Z])/-/gr;
}

# Takes the options out of @$arguments; every command knows --help.
sub options ($class, $arguments, @specification) {
    my ($name) = map { _name($_) } $class =~ /(\w+)\z/;
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

__END__

=head1 NAME

Copyhang::Command - what the subcommands have in common

=head1 DESCRIPTION

A subcommand is one module, Copyhang::Command::I<Name>, found by its file. It has a class method
C<main(@arguments)> that returns the exit status, and its POD is its manual: the C<NAME> section
is the line in the list of commands. When it is loaded only perl-base is sure to be there; it
reads its options, calls C<< Copyhang::Paths->prepare >>, and loads the rest afterwards.

=head1 METHODS

C<find($name)> loads a command and returns its class. C<names> lists them all. C<pod($name)> is
the file with a command's manual. C<version> is that of copyhang, from the file F<VERSION>. C<options(\@arguments, @specification)> is L<Getopt::Long> with
complaints of one line. C<no_more(\@arguments, $hint)> refuses what is left over, C<check_values(\%option)> what cannot be a
number of jobs or the name of an archive.

=cut
