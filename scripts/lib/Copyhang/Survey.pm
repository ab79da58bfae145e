# SPDX-License-Identifier: GPL-2.0-only
#
# The list of programs that a survey tries: SURVEYS in copyhang-exec(1) says what is in it.
#
#     my @programs = Copyhang::Survey->read('fixtures/programs');
#     # {name, package, rows => [...], command => [...], installed, since or undef, target or undef}
#
# What a command has in braces are folders: {copy} is ours, {built} and {npm} are of the cache.
package Copyhang::Survey;

use v5.36;
use Copyhang::Cache   ();
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();
use Copyhang::Tool    ();
use Text::ParseWords  ();

my $NONE = q{-};

# The folders in the cache.
our $BUILT = 'survey/built';
our $NPM   = 'survey/npm';

# The programs of a file, in its order.
sub read ($class, $path) {    ## no critic (ProhibitBuiltinHomonyms)
    my %folder = $class->folders;
    my (@programs, %named, %since);
    my $number = 0;
    for my $line (Copyhang::Paths->lines($path)) {
        $number++;
        next if $line =~ /\A\s*(?:#|\z)/;
        if (my ($name, $text) = $line =~ /\Asince\s+(\S+)\s+(.*\S)/) {
            $since{$name} = $text;
            next;
        }
        my $program = _program($line, \%folder)
            // bad_input("$path:$number: a line is NAME PACKAGE ROWS COMMAND...");
        my $name = $program->{name};
        bad_input("$path:$number: a second program called $name") if $named{$name};
        push @programs, $named{$name} = $program;
    }
    bad_input("$path names no program") if !@programs;
    for my $name (sort keys %since) {
        my $program = $named{$name} // bad_input("$path: since when $name, which is no program?");
        $program->{since} = $since{$name};
    }
    return @programs;
}

sub _program ($line, $folder) {
    my %program = (mismatches => [], since => undef, target => undef);
    (@program{qw(name package rows)}, my $words) = split q{ }, $line, 4;
    my @command = Text::ParseWords::shellwords($words // q{}) or return;
    $program{target} = $1 if $command[0] =~ m{\A\{built\}/(.*)};
    s/[{](copy|built|npm)[}]/$folder->{$1}/g for @command;
    $program{rows}    = [grep { $_ ne $NONE } split /,/, $program{rows}];
    $program{command} = \@command;
    return look(\%program);
}

# Whether it is there now.
sub look ($program) {
    $program->{installed} = defined Copyhang::Tool->find($program->{command}[0]);
    return $program;
}

sub folders ($class) {
    my $cache = Copyhang::Cache->new;
    return (
        copy  => Copyhang::Paths->fixture('copy'),
        built => $cache->path($BUILT),
        npm   => $cache->path("$NPM/node_modules"),
    );
}

# Which version a program is: of what it was built with, of npm's package, or of Debian's. Undef
# where none of these knows.
sub version ($class, $program) {
    my %folder = $class->folders;
    my $file   = defined $program->{target} && "$folder{built}/$program->{target}.version";
    my $text   = $file                      && Copyhang::Paths->contents($file);
    return $text =~ s/\s+\z//r if defined $text && length $text;
    if (my ($name) = $program->{package} =~ /\Anpm:(.*)/) {
        my $about = Copyhang::Paths->contents("$folder{npm}/$name/package.json") // q{};
        return $about =~ /"version"\s*:\s*"([^"]+)"/ ? $1 : undef;
    }
    my ($status, $lines) =
        Copyhang::Tool->attempt(['dpkg-query', '-W', '-f', '${Version}', $program->{package}]);
    return defined $status && $status == 0 ? $lines->[0] : undef;
}

1;
