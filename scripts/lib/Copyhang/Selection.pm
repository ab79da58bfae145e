# SPDX-License-Identifier: GPL-2.0-only
#
# The cases that were asked for.
#
# Copyhang::Selection::Program and Copyhang::Selection::Survey are other kinds.
package Copyhang::Selection;

use v5.36;
use Copyhang::Failure qw(bad_input untestable);
use Copyhang::Paths   ();
use Copyhang::Tool    ();

# Without globs all cases. A glob that matches nothing is refused, each of them.
sub new ($class, @globs) {
    my $self = bless {globs => \@globs, folder => Copyhang::Paths->programs}, $class;
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
sub is_whole ($self) { return !@{$self->{globs}} }

# The programs to run: ({name, command, ids}...), one for each act.
sub programs ($self) {
    my (%ids_of, @acts);
    for my $id ($self->ids) {
        my ($act) = $id =~ m{\A([^/]+)};
        push @acts,            $act if !$ids_of{$act};
        push @{$ids_of{$act}}, $id;
    }
    my @arguments = map { ('--only', $_) } @{$self->{globs}};
    return
        map { {name => $_, command => ["$self->{folder}/$_", @arguments], ids => $ids_of{$_}} }
        @acts;
}

# The streams of these programs that the results are of.
sub take ($self, @streams) { return @streams }

# What the JSON document has besides the cases.
sub document ($self) { return }

1;
