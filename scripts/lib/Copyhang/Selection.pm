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
    my $self = bless {globs => \@globs, is_whole => !@globs}, $class;
    for my $glob (grep { !$self->_ask($_) } @globs) {
        bad_input("no case matches '$glob'; 'copyhang list' prints them all");
    }
    my @ids = $self->_ask(@globs) or untestable(Copyhang::Paths->cases . ' lists no case');
    $self->{ids} = \@ids;
    return $self;
}

# Only the case programs match globs, so that all agree on what a glob means.
sub _ask ($self, @globs) {
    my $program = Copyhang::Paths->cases;
    return Copyhang::Tool->run("list the cases of $program",
        [$program, '--list', map { ('--only', $_) } @globs]);
}

# What an act claims, a clause; undef if the case programs do not say.
sub claim ($class, $act) {
    my (undef, $lines) = Copyhang::Tool->attempt([Copyhang::Paths->cases, '--help']);
    my ($claim) = map { /\A\s+\Q$act\E\s+(.*)/ } @{$lines};
    return $claim;
}

# In the order in which they are played.
sub ids ($self) { return @{$self->{ids}} }

# Every case of the build belongs to it.
sub is_whole ($self) { return $self->{is_whole} }

# The programs to run: ({name, command, ids}...). One for all, as its cases know of each other.
sub programs ($self) {
    my @command = (Copyhang::Paths->cases, map { ('--only', $_) } @{$self->{globs}});
    return {name => $command[0] =~ s{.*/}{}r, command => \@command, ids => $self->{ids}};
}

# What these programs have brought as the results have it: a stream for each suite, here an act.
sub take ($self, @streams) {
    return map { $_->suites } @streams;
}

# What the JSON document has besides the cases.
sub document ($self) { return }

1;
