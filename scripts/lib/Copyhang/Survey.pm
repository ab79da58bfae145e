# SPDX-License-Identifier: GPL-2.0-only
#
# The list of programs that a survey tries: SURVEYS in copyhang-exec(1) says what is in it.
#
#     my @programs = Copyhang::Survey->read('fixtures/programs');
#     # {name, packages => [...], rows => [...], command => [...], installed, since or undef,
#     #  target or undef, ends => [...]: options of the player, needs => [...]: commands}
#     my %why = Copyhang::Survey->left_out('fixtures/programs');    # what is not tried: name => why
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

# Lines that say something of a program that has a line of its own, and whether that is a list.
my %IS_LIST = (since => 0, ends => 1, needs => 1);

# The programs of a file, in its order.
sub read ($class, $path) {    ## no critic (ProhibitBuiltinHomonyms)
    return @{_parsed($class, $path)->{programs}};
}

sub left_out ($class, $path) { return %{_parsed($class, $path)->{left_out}} }

# {programs => [...], left_out => {name => why}}
sub _parsed ($class, $path) {
    my %folder = $class->folders;
    my (@programs, %named, %left_out, @facts);
    for my $line (_lines($path)) {
        my ($number, $word, $name, $text) = @{$line}{qw(number word name text)};
        if    ($word eq 'not')         { $left_out{$name} = $text }
        elsif (exists $IS_LIST{$word}) { push @facts, [$word, $name, $text] }
        else {
            my $program = _program($line->{line}, \%folder)
                // bad_input("$path:$number: a line is NAME PACKAGE ROWS COMMAND...");
            bad_input("$path:$number: a second program called $word") if $named{$word};
            push @programs, $named{$word} = $program;
        }
    }
    bad_input("$path names no program") if !@programs;
    for my $fact (@facts) {
        my ($what, $name, $text) = @{$fact};
        my $program = $named{$name} // bad_input("$path: $what of $name, which is no program");
        $program->{$what} = $IS_LIST{$what} ? [split q{ }, $text] : $text;
        look($program);
    }
    return {programs => \@programs, left_out => \%left_out};
}

# What is no comment: {number, line, word, name, text}.
sub _lines ($path) {
    my $number = 0;
    return map {
        $number++;
        my ($word, $name, $text) = /\A\s*([^\s#]\S*)(?:\s+(\S+)(?:\s+(.*\S))?)?/;
        defined $word
            ? {
            number => $number,
            line   => $_,
            word   => $word,
            name   => $name // q{},
            text   => $text // q{}
            }
            : ()
    } Copyhang::Paths->lines($path);
}

sub _program ($line, $folder) {
    my %program = (mismatches => [], since => undef, target => undef, ends => [], needs => []);
    (@program{qw(name package rows)}, my $words) = split q{ }, $line, 4;
    my @command = Text::ParseWords::shellwords($words // q{}) or return;
    $program{target} = $1 if $command[0] =~ m{\A\{built\}/(.*)};
    s/[{](copy|built|npm)[}]/$folder->{$1}/g for @command;
    $program{packages} = _several($program{package});
    $program{rows}     = _several($program{rows});
    $program{command}  = \@command;
    return look(\%program);
}

sub _several ($text) {
    return [grep { $_ ne $NONE } split /,/, $text];
}

# Whether it is there now.
sub look ($program) {
    my @needed = ($program->{command}[0], @{$program->{needs}});
    $program->{installed} = !grep { !defined Copyhang::Tool->find($_) } @needed;
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
    my ($package) = @{$program->{packages}} or return;
    if (my ($name) = $package =~ /\Anpm:(.*)/) {
        my $about = Copyhang::Paths->contents("$folder{npm}/$name/package.json") // q{};
        return $about =~ /"version"\s*:\s*"([^"]+)"/ ? $1 : undef;
    }
    my ($status, $lines) =
        Copyhang::Tool->attempt(['dpkg-query', '-W', '-f', '${Version}', $package]);
    return defined $status && $status == 0 ? $lines->[0] : undef;
}

1;
