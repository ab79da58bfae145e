# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Selection;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Failure qw(bad_input untestable);
use Copyhang::Place   ();

sub new ($class, @globs) {
    my $self = bless {globs => \@globs, folder => Copyhang::Place->programs}, $class;
    for my $glob (@globs) {
        next if $self->_ask($glob);
        bad_input("no case matches '$glob'; 'copyhang list' prints them all");
    }
    my @ids = $self->_ask(@globs) or untestable("$self->{folder}/copyhang-cases lists no case");
    $self->{ids} = \@ids;
    return $self;
}

# Only the case programs match globs, so that all agree on what a glob means.
sub _ask ($self, @globs) {
    my @command = ("$self->{folder}/copyhang-cases", '--list', map { ('--only', $_) } @globs);
    open my $out, '-|', @command or untestable("cannot run $command[0]: $!");
    chomp(my @ids = <$out>);
    return @ids                              if close $out;
    untestable("cannot run $command[0]: $!") if $!;
    return ()                                if @globs && !@ids;
    untestable("$command[0] --list failed, wait status $?");
}

sub ids ($self) {
    return @{$self->{ids}};
}

# Keeps those cases whose id the code wants.
sub narrow ($self, $wants) {
    $self->{ids} = [grep { $wants->($_) } $self->ids];
    return;
}

# Every case of the build belongs to it.
sub is_whole ($self) {
    return !@{$self->{globs}};
}

# The programs to run: ({name, path, ids}...), one for each act.
sub programs ($self) {
    my (%ids_of, @acts);
    for my $id ($self->ids) {
        my ($act) = $id =~ m{\A([^/]+)};
        push @acts,            $act if !$ids_of{$act};
        push @{$ids_of{$act}}, $id;
    }
    return map { {name => $_, path => "$self->{folder}/$_", ids => $ids_of{$_}} } @acts;
}

# What makes a program run the same selection.
sub arguments ($self) {
    return map { ('--only', $_) } @{$self->{globs}};
}

1;

__END__

=head1 NAME

Copyhang::Selection - the cases that were asked for

=head1 SYNOPSIS

    my $selection = Copyhang::Selection->new(@globs);    # none: all cases
    my @ids       = $selection->ids;

=head1 DESCRIPTION

Asks F<copyhang-cases> which cases match. A glob that matches nothing is refused, each of them.
C<ids> are in the order of the programs, C<programs> says which program runs which of them, and
C<arguments> are its arguments; C<narrow> has no effect on those. C<is_whole> is true when no glob narrowed it.

=cut
