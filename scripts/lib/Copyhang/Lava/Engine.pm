# SPDX-License-Identifier: GPL-2.0-only
#
# What runs the guests of copyhang matrix, where that is LAVA: lava-run on this machine, or a server.
#
# Each is a module with new($option); stream, which makes a Copyhang::Lava::Stream of a kernel of the
# arguments of Copyhang::Guest::Stream; and collect($progress), which is called before any of these is
# read.
package Copyhang::Lava::Engine;

use v5.36;
use Copyhang::Failure qw(bad_input);
use Copyhang::Lock    ();

my %ENGINE = ('lava-run' => 'Here', lava => 'Lab');

# What is for one of them alone.
my @FOR_LAB = qw(url token-file device-type files-url);

my $PATIENCE = 2;    # seconds: for a command that was ended to be gone

sub new ($class, $option) {
    my $name = $option->{engine};
    my $kind = $ENGINE{$name}
        // bad_input("no engine '$name'; there are " . join ', ', sort keys %ENGINE);
    my ($misplaced) = grep { defined $option->{$_} } $kind eq 'Lab' ? () : @FOR_LAB;
    bad_input("--$misplaced is for --engine lava") if defined $misplaced;
    require "Copyhang/Lava/$kind.pm";
    return "Copyhang::Lava::$kind"->new($option);
}

# Makes the folder of --state if need be; it is this command's as long as somebody has what is returned.
sub claim ($class, $folder) {
    mkdir $folder or $!{EEXIST} or bad_input("cannot make $folder: $!");
    return Copyhang::Lock->take("$folder/lock", $PATIENCE)
        // bad_input("another command works with $folder");
}

1;
