# SPDX-License-Identifier: GPL-2.0-only
#
# One case on one kernel, as a bisection asks it.
#
# run dies of nothing that is wrong with the kernel, only by signals and where this machine cannot
# boot any. What it saw is plain data, which can be kept as JSON: the case; the kernel's name,
# identity, version, and release if it is known; verdict (broken where there is none); reason (why
# it cannot be told, a phrase), or undef; evidence, and console where the boot went wrong, lines;
# control ({id, verdict}), if there is one; boots, seconds, and spent, those of the last.
#
# The control is the same act between the same endpoints while the copier reads and writes: if not
# even that is safe, the scene is not to be trusted on this kernel.
package Copyhang::Bisect::Step;

use v5.36;
use Copyhang::Failure        qw(bad_input);
use Copyhang::Guest::Machine ();
use Copyhang::Guest::Stream  ();
use Copyhang::Harness        ();
use Copyhang::Progress       ();
use Copyhang::Report         ();
use Copyhang::Selection      ();

my $CONTROL = 'read_write';    # the strategy that is safe wherever the scene can be set

# $option: case, repeat (how many boots have to agree), as of the command line.
sub new ($class, $option) {
    my ($case, @others) = Copyhang::Selection->new($option->{case})->ids;
    bad_input("one case, not '$option->{case}', which means " . (1 + @others)) if @others;
    my $control = $case =~ s{/[^/]+/}{/$CONTROL/}r;
    my ($played) = grep { $_ eq $control && $_ ne $case } Copyhang::Selection->new->ids;
    return bless {
        case     => $case,
        control  => $played,
        repeat   => $option->{repeat} // 1,
        progress => Copyhang::Progress->for_cases(0, step => q{}),
    }, $class;
}

# The id, and that of its control, undef where there is none.
sub case     ($self) { return $self->{case} }
sub control  ($self) { return $self->{control} }
sub progress ($self) { return $self->{progress} }

# The same as run returns, of a kernel that there is not.
sub not_booted ($class, $why) {
    my %nothing = (evidence => [], console => [], boots => 0, seconds => 0);
    return {%nothing, verdict => 'broken', reason => $why};
}

# What a kernel, a Copyhang::Kernel that has been fetched, was seen to do.
sub run ($self, $kernel) {
    my $seen = $self->_boot($kernel);
    for (2 .. $self->{repeat}) {
        last if defined $seen->{reason};
        my $before = $seen;
        $seen = $self->_boot($kernel);
        $seen->{$_} += $before->{$_} for qw(boots seconds);
        $seen->{reason} //= "not sure: $before->{verdict}, then $seen->{verdict}"
            if $seen->{verdict} ne $before->{verdict};
    }
    return $seen;
}

sub _boot ($self, $kernel) {
    my ($id, $control)   = @{$self}{qw(case control)};
    my ($result, $boots) = $self->play($kernel, $id, $control // ());
    my %case = map { $_->{id} => $_ } @{$result->{cases}};
    my ($case, $checked) = @case{$id, $control // q{}};
    return {
        case     => $id,
        name     => $kernel->name,
        identity => $kernel->identity,
        release  => $result->{release},
        version  => $result->{version},
        verdict  => $case->{verdict},
        reason   => scalar _reason($result, $case, $checked),
        evidence => [Copyhang::Report->evidence($case)],
        control  => $checked && {id => $control, verdict => $checked->{verdict}},
        console  => $result->{outcome} eq 'complete' ? [] : $result->{console},
        boots    => $boots,
        seconds  => $result->{seconds}{total},
        spent    => {map { $_ => $result->{seconds}{$_} } qw(boot cases)},
    };
}

# Plays cases in the kernel. Return: the result, as of Copyhang::Guest::Stream, and how many boots
# that took.
sub play ($self, $kernel, @ids) {
    my $progress = $self->{progress};
    my $stream   = Copyhang::Guest::Stream->new(
        {
            name        => $kernel->name,
            kernel      => $kernel,
            ids         => \@ids,
            accelerator => $self->accelerator($kernel),
            on_state    => sub ($words) { $progress->state_of($kernel->name, $words) },
        }
    );
    Copyhang::Harness->play($progress, 1, $stream);
    return ($stream->result, $stream->boots);
}

# One for all kernels of a kind: looking for it may take a boot.
sub accelerator ($self, $kernel) {
    return $self->{accelerator}{$kernel->is_uml} //=
        Copyhang::Guest::Machine->accelerator_for($self->{progress}, $kernel);
}

# Why this boot says nothing about the case; undef if it says something.
sub _reason ($result, $case, $control) {
    return join ': ', $result->{outcome} =~ s/_/ /gr, $result->{detail} // ()
        if $result->{outcome} ne 'complete';
    return join ': ', $case->{verdict}, $case->{reason} // () if !$case->is_known;
    return if !$control || $control->{verdict} eq 'safe';
    return "the control $control->{id} is $control->{verdict}, not safe";
}

1;
