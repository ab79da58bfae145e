# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Command::Help;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use parent 'Copyhang::Command';
use Copyhang::Failure qw(bad_input);

sub main ($class, @arguments) {
    my $name = shift @arguments;
    $class->no_more(\@arguments, 'help explains one command at a time');
    if (!defined $name) {
        _show($0);
        print "COMMANDS\n", (map { '    ' . _summary($_) . "\n" } $class->names), "\n";
        return 0;
    }
    $name = 'help' if $name eq '--help' || $name eq '-h';
    $class->find($name) // bad_input("no command '$name'; 'copyhang help' lists them");
    _show($class->pod($name));
    return 0;
}

# Without the rest of perl the manual is shown as it is written.
sub _show ($file) {
    if (eval { require Pod::Text; 1 }) {
        Pod::Text->new(width => 90)->parse_from_file($file);
        return;
    }
    print map { /^=(?!cut)/ .. /^=cut/ ? $_ : () } _lines($file);
    return;
}

sub _summary ($name) {
    my ($summary) = grep { /^copyhang \Q$name\E - / } _lines(__PACKAGE__->pod($name));
    return $summary =~ s/\s+\z//r;
}

sub _lines ($file) {
    open my $in, '<', $file or bad_input("cannot read $file: $!");
    my @lines = <$in>;
    close $in or bad_input("cannot read $file: $!");
    return @lines;
}

1;

__END__

=head1 NAME

copyhang help - explain copyhang, or one of its commands

=head1 SYNOPSIS

    copyhang help [COMMAND]

=head1 DESCRIPTION

Prints the manual of COMMAND, as C<copyhang COMMAND --help> does, or that of copyhang as a whole
with the list of commands.

=cut
