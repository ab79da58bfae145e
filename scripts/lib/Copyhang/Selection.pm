# SPDX-License-Identifier: GPL-2.0-only
#
# The cases that were asked for. Copyhang::Selection::Program is another kind.
package Copyhang::Selection;

use v5.36;
use Copyhang::Failure qw(bad_input untestable);
use Copyhang::Paths   ();
use Copyhang::Tool    ();

# Without globs all cases. A glob that matches nothing is refused, each of them.
sub new ($class, @globs) {
    my %self = (globs => \@globs, folder => Copyhang::Paths->programs, is_whole => !@globs);
    my $self = bless \%self, $class;
    for my $glob (grep { !$self->_ask($_) } @globs) {
        bad_input("no case matches '$glob'; 'copyhang list' prints them all");
    }
    my @ids = $self->_ask(@globs) or untestable("$self->{folder}/copyhang-cases lists no case");
    $self->{ids} = \@ids;
    return $self;
}

# Only the case programs match globs, so that all agree on what a glob means.
sub _ask ($self, @globs) {
    my $program = "$self->{folder}/copyhang-cases";
    return Copyhang::Tool->run("list the cases of $program",
        [$program, '--list', map { ('--only', $_) } @globs]);
}

# What an act claims, a clause; undef if the case programs do not say.
sub claim ($class, $act) {
    my $program = Copyhang::Paths->programs . '/copyhang-cases';
    my (undef, $lines) = Copyhang::Tool->attempt([$program, '--help']);
    my ($claim) = map { /\A\s+\Q$act\E\s+(.*)/ } @{$lines};
    return $claim;
}

# In the order in which they are played.
sub ids ($self) { return @{$self->{ids}} }

# Keeps those cases whose id the code wants, which does not reach the commands.
sub narrow ($self, $wants) {
    $self->{ids} = [grep { $wants->($_) } $self->ids];
    return;
}

# Every case of the build belongs to it.
sub is_whole ($self) { return $self->{is_whole} }

# The programs to run: ({name, command, ids}...). One for all, as its cases know of each other.
sub programs ($self) {
    my $name      = 'copyhang-cases';
    my @arguments = map { ('--only', $_) } @{$self->{globs}};
    return {name => $name, command => ["$self->{folder}/$name", @arguments], ids => $self->{ids}};
}

# What these programs have brought as the results have it: a stream for each suite, here an act.
sub take ($self, @streams) {
    return map { $_->suites } @streams;
}

# What the JSON document has besides the cases.
sub document ($self) { return }

1;
