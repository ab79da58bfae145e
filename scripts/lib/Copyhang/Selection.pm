# SPDX-License-Identifier: GPL-2.0-only
#
# The cases that were asked for. Copyhang::Selection::Program is another kind.
package Copyhang::Selection;

use v5.36;
use Copyhang::Failure qw(bad_input untestable);
use Copyhang::Paths   ();
use Copyhang::Product qw(group);
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

# In the order of the programs.
sub ids ($self) { return @{$self->{ids}} }

# Keeps those cases whose id the code wants, which does not reach the commands.
sub narrow ($self, $wants) {
    $self->{ids} = [grep { $wants->($_) } $self->ids];
    return;
}

# Every case of the build belongs to it.
sub is_whole ($self) { return $self->{is_whole} }

# The programs to run: ({name, command, ids}...), one for each act.
sub programs ($self) {
    my @arguments = map { ('--only', $_) } @{$self->{globs}};
    my $act_of    = sub ($id) { $id =~ s{/.*}{}r };
    return map {
        my $act = $act_of->($_->[0]);
        {name => $act, command => ["$self->{folder}/$act", @arguments], ids => $_}
    } group($act_of, $self->ids);
}

# The streams of these programs that the results are of.
sub take ($self, @streams) { return @streams }

# What the JSON document has besides the cases.
sub document ($self) { return }

1;
