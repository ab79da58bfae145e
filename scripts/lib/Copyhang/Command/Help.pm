# SPDX-License-Identifier: GPL-2.0-only
#
# The command help: shows the manuals.
package Copyhang::Command::Help;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();

sub main ($class, @arguments) {
    my $name = shift @arguments;
    $class->no_more(\@arguments, 'help explains one command at a time');
    if (!defined $name) {
        _show($class->manual);
        print "COMMANDS\n", (map { "    $_" } map { _summary($_) } $class->names), "\n";
        return 0;
    }
    $name = 'help' if $name eq '--help' || $name eq '-h';
    $class->find($name) // bad_input("no command '$name'; 'copyhang help' lists them");
    _show($class->manual($name));
    return 0;
}

# Without the rest of perl a manual is shown as it is written.
sub _show ($file) {
    return Pod::Text->new(width => 90)->parse_from_file($file) if eval { require Pod::Text; 1 };
    print grep { /^=(?!cut)/ .. /^=cut/ } Copyhang::Paths->lines($file);
    return;
}

sub _summary ($name) {
    return grep { /^copyhang \Q$name\E - / } Copyhang::Paths->lines(__PACKAGE__->manual($name));
}

1;
