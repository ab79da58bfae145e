# SPDX-License-Identifier: GPL-2.0-only
#
# What copyhang knows of programs: those of the survey, and those that rows of the table of strategies
# name.
#
#     my $programs = Copyhang::Explain::Programs->new($tables);    # Copyhang::Tables
#     $programs->claimed_by($strategy);                            # names
#     $programs->text($name);                                      # q{} of one that nothing is known of
package Copyhang::Explain::Programs;

use v5.36;
use Copyhang::Paths          ();
use Copyhang::Survey         ();
use Copyhang::Survey::Record ();
use Copyhang::Text           qw(wrap);

sub new ($class, $tables) {
    my $list = Copyhang::Paths->fixture('programs');
    return bless {
        tables   => $tables,
        members  => [Copyhang::Survey->read($list)],
        left_out => {Copyhang::Survey->left_out($list)},
        record   => Copyhang::Survey::Record->read(Copyhang::Paths->fixture('survey')),
    }, $class;
}

sub claimed_by ($self, $strategy) {
    return map { $_->{name} } grep { _has($_, $strategy) } @{$self->{members}};
}

sub _has ($member, $strategy) {
    return scalar grep { $_ eq $strategy } @{$member->{rows}};
}

sub text ($self, $name) {
    my @lines = ($self->_listed($name), $self->_seen($name), $self->_named($name)) or return q{};
    return join q{}, "program $name\n", map { wrap(q{  }, $_, q{    }) } @lines;
}

sub _listed ($self, $name) {
    my $why = $self->{left_out}{$name};
    my ($member) = grep { $_->{name} eq $name } @{$self->{members}};
    return (
        defined $why ? "not tried by the survey: $why"                        : (),
        $member      ? "in the survey: @{$member->{command}}"                 : (),
        map { "claimed to copy as strategy $_" } $member ? @{$member->{rows}} : (),
    );
}

# What the record says of it.
sub _seen ($self, $name) {
    my ($program) = grep { $_->{name} eq $name } $self->{record}->programs;
    return if !$program;
    my $version = $program->{version} // 'of unknown version';
    my @how =
        map { $self->{record}->when($_) . ": $_->{verdict}, $_->{cascade}" } @{$program->{seen}};
    my $agrees = $program->{agrees};
    my $claim  = !defined $agrees ? q{} : $agrees ? ', as the row says' : ', not as the row says';
    return ("$version, seen on Linux $program->{kernel}, $program->{date}$claim", @how);
}

# Rows that name it in passing: the part of the sentence that does.
sub _named ($self, $name) {
    my $word = qr/(?<![\w.-])\Q$name\E(?![\w-])/i;
    return map {
        my $strategy = $_;
        my @alike    = $self->{tables}->facts('strategy', $strategy, 'alike');
        map      { "as strategy $strategy: $_" }
            grep { /$word/ }
            map  { split /;\s+(?![^(]*[)])/ }
            @alike
    } $self->{tables}->names('strategy');
}

1;
