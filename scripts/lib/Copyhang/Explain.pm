# SPDX-License-Identifier: GPL-2.0-only
#
# What a case, a strategy, an act, an endpoint, a verdict or a program is, in words. Nothing is written here that
# stands elsewhere: rows of the tables (Copyhang::Tables), known changes of the kernel, and
# copyhang-verdicts(7).
package Copyhang::Explain;

use v5.36;
use Copyhang::Case              ();
use Copyhang::Command           ();
use Copyhang::Explain::Programs ();
use Copyhang::Failure           qw(bad_input);
use Copyhang::Matrix::Changes   ();
use Copyhang::Paths             ();
use Copyhang::Selection         ();
use Copyhang::Tables            ();
use Copyhang::Text              qw(wrap);
use List::Util                  qw(uniq);
use Pod::Text                   ();

sub new ($class) {
    my $tables = Copyhang::Tables->new;
    return bless {
        tables   => $tables,
        ids      => [Copyhang::Selection->new->ids],
        changes  => Copyhang::Matrix::Changes->new,
        programs => Copyhang::Explain::Programs->new($tables),
    }, $class;
}

# Of any name; two things that are called alike are both explained.
sub text ($self, $name) {
    my @parts = map { $self->$_($name) } qw(_case _act _strategy _endpoint _verdict);
    push @parts, grep { length } $self->{programs}->text($name);
    return join "\n", @parts if @parts;
    bad_input(
        "'$name' is no case, act, strategy, endpoint or verdict, and no program that is known;"
            . ' the names are those of copyhang list and copyhang help verdicts');
}

# --- A case, and its parts ---

sub _case ($self, $id) {
    return if !grep { $_ eq $id } @{$self->{ids}};
    my ($act, $strategy, $source, $sink) = $id =~ m{\A([^/]+)/([^/]+)/([^-]+)-(.+)\z};
    my @steps = (
        "source, $source: " . $self->_about('endpoint', $source),
        "sink, $sink: " . $self->_about('endpoint', $sink),
        "a copier copies by $strategy: " . $self->_about('strategy', $strategy),
        $self->_has_actor($act) ? $self->_acted($act)
        : $self->_wakes($act)   ? $self->_woken($act)
        :                         $self->_promised("$source-$sink"),
    );
    return join q{}, "$id\n", $self->_numbered(@steps), $self->_calls($strategy),
        $self->_meanings($act), $self->_changes($id);
}

sub _promised ($self, $ends) {
    my ($claim, $written) = map { $self->{tables}->fact('promise', $ends, $_) } qw(claim written);
    return "claimed: $claim ($written)";
}

# Somebody sleeps, whom the copy is to wake.
sub _wakes ($self, $act) { return defined $self->{tables}->fact('act', $act, 'written') }

sub _woken ($self, $act) {
    my ($about, $written) = map { $self->{tables}->fact('act', $act, $_) } qw(about written);
    return (
        'before it begins, somebody is seen asleep who waits for what it is going to bring about',
        "claimed: $about; awaited: that they wake ($written)",
    );
}

# The cases of an act without one are whole copies, which nobody holds up.
sub _has_actor ($self, $act) { return defined $self->{tables}->fact('act', $act, 'actor') }

sub _about ($self, @row) { return $self->{tables}->fact(@row, 'about') }

# What happens once the copy waits, and what is awaited then.
sub _acted ($self, $act) {
    my %fact =
        map { $_ => $self->{tables}->fact('act', $act, $_) } qw(about actor call signal over);
    my $who =
          $fact{actor} ne 'copier' ? "a bystander, who holds the pipe's other end,"
        : $fact{call}              ? 'another thread of the copier'
        :                            'the copier';
    my @does = $fact{call} ? "$who calls $fact{call}" : ();
    push @does, "$fact{signal} is sent to " . (@does ? 'it' : $who) if $fact{signal};
    return (
        'once the copy is seen to wait, or, where nothing can wait, to be under way: '
            . join(', and ', @does),
        "claimed: $fact{about}; awaited: $fact{over}",
    );
}

sub _act ($self, $act) {
    return if !$self->{tables}->has('act', $act);
    my @steps =
          $self->_has_actor($act) ? $self->_acted($act)
        : $self->_wakes($act)     ? $self->_woken($act)
        :                           $self->_about('act', $act);
    return join q{}, "act $act\n", $self->_numbered(@steps),
        $self->_pages($self->{tables}->fact('act', $act, 'call') // ()), $self->_meanings($act),
        $self->_counted(qr{\A\Q$act\E/}), $self->_changes(grep { m{\A\Q$act\E/} } @{$self->{ids}});
}

sub _strategy ($self, $strategy) {
    return if !$self->{tables}->has('strategy', $strategy);
    my @ids = grep { m{\A[^/]+/\Q$strategy\E/} } @{$self->{ids}};
    my ($alike, $instead) =
        map { $self->{tables}->fact('strategy', $strategy, $_) } qw(alike instead);
    return join q{}, "strategy $strategy\n",
        wrap(q{  }, $self->_about('strategy', $strategy), q{  }),
        $self->_calls($strategy),
        defined $alike   ? wrap("\nSo does: ", $alike,   q{  }) : (),
        defined $instead ? wrap("\nInstead: ", $instead, q{  }) : (),
        $self->_users($strategy), $self->_counted(qr{\A[^/]+/\Q$strategy\E/}),
        $self->_changes(@ids);
}

sub _endpoint ($self, $endpoint) {
    return if !$self->{tables}->has('endpoint', $endpoint);
    my %is  = map { $_ => $self->{tables}->fact('endpoint', $endpoint, $_) } qw(sort exotic stalls);
    my $end = qr{/(?:\Q$endpoint\E-[^/]+|[^/]+-\Q$endpoint\E)\z};
    my @facts = ($self->_about('endpoint', $endpoint), "in reports: $is{sort}");
    push @facts, 'a copy waits there until it is released' if $is{stalls};
    push @facts, 'the kernel itself waits there for somebody, so that reports tell it apart'
        if $is{exotic};
    return join q{}, "endpoint $endpoint\n", (map { wrap(q{  }, $_, q{    }) } @facts),
        $self->_counted($end), $self->_changes(grep { $_ =~ $end } @{$self->{ids}});
}

sub _verdict ($self, $verdict) {
    return if !grep { $_ eq $verdict } Copyhang::Case->verdicts;
    return "verdict $verdict\n" . $self->_meaning($verdict);
}

# --- What is said of several ---

sub _numbered ($self, @steps) {
    my $number = 0;
    return map { $number++; wrap("  $number. ", $_, q{     }) } @steps;
}

sub _calls ($self, $strategy) {
    my @steps = $self->{tables}->facts('strategy', $strategy, 'step');
    my @calls = uniq map { /\G(?:, then )?(\w+)/g } map { s/, (?!then).*//r } @steps;
    return "\nIts calls, in this order\n", $self->_numbered(@steps), $self->_pages(@calls);
}

sub _pages ($self, @calls) {
    my @pages = map { s/\A(p(?:read|write))64\z/$1/r . '(2)' } @calls or return;
    return wrap(q{}, 'Manual pages: ' . join(', ', @pages), q{  });
}

# Other strategies that begin with the same call, and programs of the survey that claim to be it.
sub _users ($self, $strategy) {
    my ($own) = map { /\A(\w+)/ } $self->{tables}->facts('strategy', $strategy, 'step');
    my @steps = $self->{tables}->facts('strategy', $strategy, 'step');
    my @same  = @steps > 1 ? () : grep {
        my @all = $self->{tables}->facts('strategy', $_, 'step');
        @all > 1 && grep { /\A\Q$own\E\b/ } @all
    } $self->{tables}->names('strategy');
    my @programs = $self->{programs}->claimed_by($strategy);
    return (
        @same     ? wrap("\nAlso tried by: ",             join(', ', @same),     q{  }) : (),
        @programs ? wrap("\nPrograms that do the same: ", join(', ', @programs), q{  }) : (),
    );
}

sub _counted ($self, $pattern) {
    my @ids = grep { $_ =~ $pattern } @{$self->{ids}} or return;
    my $of  = @ids == 1 ? '1 case' : @ids . ' cases';
    return "\n$of, among them $ids[0]\n";
}

sub _changes ($self, @ids) {
    my @changes = $self->{changes}->about(@ids) or return;
    return "\nChanges of the kernel that are known to matter\n",
        uniq map { wrap(q{  }, "$_->{from} -> $_->{to}: $_->{words}", q{    }) } @changes;
}

# What may come of it, in the words of copyhang-verdicts(7), shortened to their first sentence.
sub _meanings ($self, $act) {
    my $never =
          $self->_has_actor($act) ? qr/\Amissed\z/
        : $self->_wakes($act)     ? qr/\A(?:hang|stuck|corrupt)\z/
        :                           qr/\A(?:hang|stuck|late|missed)\z/;
    my @verdicts = grep { $_ !~ $never } Copyhang::Case->verdicts;
    return "\nWhat may come of it\n", map {
        my ($sentence) = $self->_meaning($_) =~ s/\s+/ /gr =~ /\A (.*?[.])(?: |\z)/;
        wrap(sprintf('  %-12s', $_), $sentence, q{ } x 14)
    } @verdicts;
}

# A verdict's paragraph.
sub _meaning ($self, $verdict) {
    my $pod    = join q{}, Copyhang::Paths->lines(Copyhang::Command->manual('verdicts'));
    my ($item) = $pod =~ /^=item \Q$verdict\E\n(.*?)^=(?:item|back)/ms;
    my $text   = q{};
    my $parser = Pod::Text->new(width => $Copyhang::Text::WIDTH, indent => 2);
    $parser->output_string(\$text);
    $parser->parse_string_document("=pod\n$item\n=cut\n");
    return $text =~ s/\n+\z/\n/r;
}

1;
