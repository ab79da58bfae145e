# SPDX-License-Identifier: GPL-2.0-only
#
# What a survey leaves behind: the record of it, and a page for a browser.
package Copyhang::Report::Survey;

use v5.36;
use Copyhang::Report::Html          ();
use Copyhang::Report::Html::Element qw(line list table tag);
use Copyhang::Survey::Record        ();

my $TITLE = 'Programs that hang the processes around them';
my $RULES =
      '.survey td, .survey thead th { text-align: left; padding: 2px .7em; vertical-align: top }'
    . ' .survey th { vertical-align: top; padding: 2px .7em } .survey .hang { white-space: nowrap }';
my $ABOUT =
      'Each program copied its standard input to its standard output while one end had nothing to'
    . ' give, or took nothing, and a process at the other end of its pipe wanted to exit. What it'
    . ' was seen to do, its calls in their order, is its cascade.';

# With what the file has of earlier surveys. $path is this file.
sub record ($class, $results, $path) {
    return Copyhang::Survey::Record->read($path)->add($results)->text;
}

sub text ($class, $results, $path = undef) {
    my $record = Copyhang::Survey::Record->read($results->selection->recorded);
    return $class->page($record->add($results));
}

sub page ($class, $record) {
    my @heads    = ('program', 'version', 'hangs', 'while it copies', 'cascade', 'since', 'row');
    my @programs = $record->programs;
    my @harmful  = grep { $record->harm($_) } @programs;
    my @harmless = grep { !$record->harm($_) } @programs;
    my @body     = (
        line('p', $ABOUT),
        line('p', 'Seen on ' . $record->origin . q{.}),
        table('table.survey', \@heads, map { _rows($record, $_) } @harmful, @harmless),
        list('Not tried', map { "$_->{name}: $_->{why}" } $record->left_out),
    );
    return Copyhang::Report::Html->filled($TITLE, \@body, $RULES);
}

# A line for each thing that it does; those that hang somebody first.
sub _rows ($record, $program) {
    my @harm = $record->harm($program);
    my @safe = grep { $_->{verdict} eq 'safe' } @{$program->{seen}};
    my @told = (
        (map { [@{$_}{qw(verdict who when cascade)}] } @harm),
        (map { ['safe', 'nobody', $record->when($_), $_->{cascade}] } @safe),
    );
    my $row = join ', ', @{$program->{rows}};
    $row .= ': differs' if defined $program->{agrees} && !$program->{agrees};
    my $first = 1;
    return map {
        my ($verdict, @texts) = @{$_};
        my @once = $first ? ($program->{since} // q{}, $row) : (q{}, q{});
        my @left = $first ? ($program->{name}, $program->{version} // q{?}) : (q{}, q{});
        $first = 0;
        [
            (map { tag('th', $_) } @left),
            tag("td.$verdict", shift @texts),
            map { tag('td', $_) } @texts,
            @once
        ]
    } @told;
}

1;
