# SPDX-License-Identifier: GPL-2.0-only
#
# What the subcommands have in common, and the scripts beside copyhang.
#
# A subcommand is one module, Copyhang::Command::Name, found by its file. It has a class method
# main(@arguments) that returns the exit status, and a manual, man/copyhang-NAME.pod. When it is
# loaded only perl-base is sure to be there; it reads its options, calls Copyhang::Paths->prepare,
# and loads the rest afterwards.
package Copyhang::Command;

use v5.36;
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();
use Getopt::Long      ();

# Options that several commands have: what becomes of the results, and what programs under test do.
our @REPORT  = qw(jobs=s json=s junit=s html=s archive=s verbose no-install);
our @PROGRAM = qw(source=s@ sink=s@ act=s@ reverse);

# What the value of an option has to be, whatever has it.
my $FROM_1 = qr/\A[1-9]\d{0,8}\z/;
my %WANTS  = (
    append  => [qr/\A[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*\z/, q{words for a kernel's command line}],
    arch    => [qr/\A(?:arm64|um|x86_64)\z/,                 'arm64, um or x86_64'],
    archive => [qr/[.](?:tar|tar[.]gz|tgz)\z/,    'a name that ends in .tar.gz, .tgz or .tar'],
    cpus    => [qr/\A(?:[1-9]|[1-5]\d|6[0-4])\z/, 'a number from 1 to 64'],
    jobs    => [qr/\A[1-9]\d{0,3}\z/,             'a number from 1 to 9999'],
    repeat  => [qr/\A[1-9]\d?\z/,                 'a number from 1 to 99'],
    map { $_ => [$FROM_1, 'a number from 1 on'] } qw(minutes verdicts seed)
);

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
sub manual ($class, @name) { return "$FOLDER/man/" . join(q{-}, 'copyhang', @name) . '.pod' }

# Of a checkout, or as installed beside lib/.
sub version ($class) {
    my ($line) = Copyhang::Paths->lines((Copyhang::Paths->checkout // $FOLDER) . '/VERSION');
    return ($line // q{}) =~ s/\n\z//r;
}

# Takes the options out of @$arguments; every command knows --help.
sub options ($class, $arguments, @specification) {
    my $name   = lc $class =~ s/.*:://r =~ s/(?<=[a-z])(?=[A-Z])/-/gr;
    my $option = _parse($arguments, "copyhang $name", \@specification);
    return $option if !$option->{help};
    __PACKAGE__->find('help')->main($name);
    return Copyhang::Failure->quit(0);
}

# A script that is no command, with a text for --help: runs the code with the options and what is
# left of the arguments. @config: more of Getopt::Long's. Returns the exit status.
sub script ($class, $usage, $code, $specification, @config) {
    my ($path, $name) = $usage =~ m{\Ausage: (\S+/(\S+))};
    local $Copyhang::Failure::Who = $name;
    my $main = sub {
        my $option = _parse(\@ARGV, $path, $specification, @config);
        return $option->{help} ? !print $usage : $code->($option, @ARGV);
    };
    return Copyhang::Failure->status_of($main);
}

# Of what Getopt::Long finds wrong it is the first that is said.
sub _parse ($arguments, $path, $specification, @config) {
    my (%option, @complaints);
    local $SIG{__WARN__} = sub ($complaint) { push @complaints, $complaint };
    Getopt::Long::Parser->new(config => [qw(no_auto_abbrev no_ignore_case), @config])
        ->getoptionsfromarray($arguments, \%option, 'help|h', @{$specification});
    bad_input(lcfirst($complaints[0] =~ s/\s+\z//r) . "; see '$path --help'") if @complaints;
    for my $name (sort grep { $WANTS{$_} && !$option{help} && !ref $option{$_} } keys %option) {
        my ($pattern, $wanted) = @{$WANTS{$name}};
        bad_input("--$name wants $wanted, not '$option{$name}'") if $option{$name} !~ $pattern;
    }
    return \%option;
}

# What is needed for a purpose of scripts/setup, and to build those of these kernels that are not
# built yet.
sub prepare ($class, $option, $purpose, @kernels) {
    my @built    = grep { /\Agit:/ } @kernels;
    my @purposes = ($purpose, @built ? 'bisect' : ());
    Copyhang::Paths->prepare($option->{'no-install'}, $_) for @purposes;
    my @architectures = map { m{/(\w+)\z} } @built;
    push @architectures, $option->{arch} if defined $option->{arch} && !ref $option->{arch};
    require Copyhang::Architecture;
    my %foreign = map { $_ => 1 } Copyhang::Architecture->foreign;
    for my $architecture (grep { $foreign{$_} } @architectures) {
        Copyhang::Paths->prepare($option->{'no-install'}, "$architecture-compiler");
    }
    return;
}

# Refuses what is left over.
sub no_more ($class, $arguments, $hint) {
    bad_input("unexpected argument '$arguments->[0]'; $hint") if @{$arguments};
    return;
}

1;
