# SPDX-License-Identifier: GPL-2.0-only
#
# copyhang accept, after its options have been read: what does a fix change?
#
# Builds the kernel without it and with it, plays the same cases in both, and what differs again,
# measures in boots of both in turns how many bytes a second are copied, and tells
# (Copyhang::Accept::Comparison). What is missing to tell ends it with 125, and is named.
package Copyhang::Accept;

use v5.36;
use Copyhang::Accept::Comparison ();
use Copyhang::Accept::Rates      ();
use Copyhang::Accept::Text       ();
use Copyhang::Cache              ();
use Copyhang::Command            ();
use Copyhang::Failure            qw(bad_input untestable);
use Copyhang::Guest::Machine     ();
use Copyhang::Guest::Programs    ();
use Copyhang::Guest::Stream      ();
use Copyhang::Harness            ();
use Copyhang::Kernel             ();
use Copyhang::Kernel::Git        ();
use Copyhang::Output             ();
use Copyhang::Progress           ();
use Copyhang::Selection          ();
use Copyhang::Tool               ();
use Copyhang::Tree::Build        ();
use Copyhang::Tree::Repository   ();
use Cpanel::JSON::XS             ();
use Cwd                          ();
use List::Util                   qw(min sum0);
use Time::HiRes                  qw(time);

my @SIDES = qw(base fix);
my $BOOTS = 3;              # of each, in which bytes per second are measured

# Finds what is wrong with the options' values, and changes nothing. @fix: a revision, or patches.
sub new ($class, $option, @fix) {
    Copyhang::Tree::Build->check_options($option);
    my $repository = Copyhang::Tree::Repository->new($option->{git});
    my %how        = (arch => $option->{arch} // 'x86_64', config => $option->{config});
    my $base       = $repository->commit($option->{base});
    my ($fix, @patches) = _fix($repository, $base, @fix);
    my %kernel = (
        base => Copyhang::Kernel::Git->of_commit($repository, $base, %how),
        fix  => Copyhang::Kernel::Git->of_commit($repository, $fix,  %how, patches => \@patches),
    );
    bad_input('without the fix and with it, it is the same commit')
        if $kernel{base}->identity eq $kernel{fix}->identity;
    $kernel{$_}{name} = $_ for @SIDES;
    return bless {
        option     => $option,
        repository => $repository,
        kernel     => \%kernel,
        named      => {base => $option->{base}, fix => join q{ }, map { s{.*/}{}r } @fix},
        patches    => \@patches,
        selection  => Copyhang::Selection->new(@{$option->{only} // []}),
        progress   => Copyhang::Progress->for_cases(0, step => q{}),
        output     => Copyhang::Output->for_options($option, 'json'),
        began      => time,
    }, $class;
}

# (the commit, what is applied to it)
sub _fix ($repository, $base, @fix) {
    my @files = grep { -f } @fix;
    return ($base, map { Cwd::abs_path($_) } @files)        if @files == @fix;
    bad_input('--fix takes one revision, or patches alone') if @fix > 1;
    my $commit = $repository->find($fix[0])
        // bad_input("--fix $fix[0]: neither a file nor a commit in $repository->{tree}");
    return $commit;
}

sub main ($self) {
    my $option = $self->{option};
    Copyhang::Failure->catch_signals;
    my $hold = Copyhang::Cache->new->hold;
    $self->_fetch;
    $self->_play;
    $self->_measure if !$option->{'no-rates'};
    $self->{progress}->summary;

    my $comparison = $self->comparison;
    my %kernels    = map { $_ => $self->_described($_) } @SIDES;
    my %all = (kernels => \%kernels, boots => $self->{boots}, seconds => time - $self->{began});
    my ($out, $colour) = Copyhang::Output->for_people($option);
    print {$out} Copyhang::Accept::Text->text(
        $comparison, %all,
        colour  => $colour,
        who     => $self->_who,
        version => Copyhang::Command->version
    );
    my $json = Cpanel::JSON::XS->new->canonical->pretty->ascii;
    $self->{output}{json}->write($json->encode({%all, schema => 1, $comparison->document}))
        if $self->{output}{json};
    Copyhang::Failure->check_signals;
    return $comparison->status;
}

sub comparison ($self) {
    return Copyhang::Accept::Comparison->new(
        %{$self->{rounds}},
        rates      => $self->{rates} // {base => [], fix => []},
        may_refuse => $self->{option}{'may-refuse'}
    );
}

# Without the fix first: what cannot be built then is not the fix's fault.
sub _fetch ($self) {
    my ($progress, $option) = @{$self}{qw(progress option)};
    my $architecture = $self->{kernel}{base}->architecture;
    Copyhang::Guest::Programs->prepare(
        $architecture,
        $option->{'no-install'},
        sub ($words) { $progress->state_of($architecture, $words) }
    );
    for my $side (@SIDES) {
        $progress->step("builds $side");
        my $tell = sub ($words) { $progress->state_of($side, $words) };
        next if eval { $self->{kernel}{$side}->fetch($tell); 1 };
        my $failure = $@;
        Copyhang::Failure->check_signals;
        die $failure if !eval { $failure->status == 125 };    ## no critic (RequireCarping)
        untestable("$side ($self->{named}{$side}): " . $failure->message =~ s/\s+\z//r);
    }
    return;
}

# All of the cases, and once more what differs, or is not known on one side. One of them comes first:
# if a kernel does not boot, nobody waits for what all others are on the other one.
sub _play ($self) {
    my ($progress, @ids) = ($self->{progress}, $self->{selection}->ids);
    $progress->step('boots both');
    $self->_cases($_) for grep { !$_->was_up } $self->_played($ids[0]);
    $progress->step('plays ' . @ids . ' cases');
    $self->_round(@ids);
    my @again = $self->comparison->to_confirm or return;
    $progress->step('plays ' . @again . ' again');
    return $self->_round(@again);
}

sub _round ($self, @ids) {
    push @{$self->{rounds}{$_->{name}}}, $self->_cases($_) for $self->_played(@ids);
    return;
}

# Streams of both kernels, which have ended.
sub _played ($self, @ids) {
    return $self->_flow(map { $self->_stream($_, \@ids) } @SIDES);
}

sub _flow ($self, @streams) {
    my $at_once = min(scalar @streams, Copyhang::Tool->cpus);
    Copyhang::Harness->play($self->{progress}, $at_once, @streams);
    $self->{boots} += $_->boots for @streams;
    return @streams;
}

sub _stream ($self, $side, $ids, $load = undef) {
    my ($progress, $kernel, $option) = ($self->{progress}, $self->{kernel}{$side}, $self->{option});
    $self->{accelerator} //= Copyhang::Guest::Machine->accelerator_for($progress, $kernel);
    return Copyhang::Guest::Stream->new(
        {
            name        => $side,
            kernel      => $kernel,
            ids         => [@{$ids}],
            load        => $load,
            accelerator => $self->{accelerator},
            on_state    => sub ($words) { $progress->state_of($side, $words) },
            %{$option}{qw(append jobs)},
        }
    );
}

# Those of a stream that has ended. One of which nothing is known is of a kernel that does not boot.
sub _cases ($self, $stream) {
    my $result = $stream->result;
    my $side   = $stream->{name};
    $self->{release}{$side} //= $result->{release};
    my @cases = @{$result->{cases}};
    return \@cases if grep { $_->{verdict} ne 'broken' } @cases or $result->{outcome} eq 'complete';
    my $why = join ': ', $result->{outcome} =~ s/_/ /gr, $result->{detail} // ();
    $self->{progress}->summary;
    return untestable("$side ($self->{named}{$side}): $why");
}

# One boot of each side after the other: what makes this machine slow for a while meets both.
sub _measure ($self) {
    my $progress = $self->{progress};
    my $boots    = $self->{option}{repeat} // $BOOTS;
    my $load     = Copyhang::Accept::Rates->new;
    for my $number (1 .. $boots) {
        for my $side (@SIDES) {
            $progress->step("measures, boot $number of $boots");
            my ($stream) = $self->_flow($self->_stream($side, [$load->ids], $load));
            push @{$self->{rates}{$side}}, $self->_cases($stream);
        }
    }
    return;
}

sub _described ($self, $side) {
    my $kernel = $self->{kernel}{$side};
    return {
        name    => $self->{named}{$side},
        commit  => $kernel->commit,
        subject => $self->_subject($side),
        release => $self->{release}{$side} // $kernel->release,
        patches => [map { s{.*/}{}r } @{$kernel->patches}],
    };
}

# As of the commit, or of the first patch.
sub _subject ($self, $side) {
    my ($patch) = @{$self->{kernel}{$side}->patches};
    my @lines   = defined $patch ? Copyhang::Paths->lines($patch) : ();
    my ($told)  = map { /\ASubject: (?:\[[^]]*\] )?(.*)/ } @lines;
    return $told // $patch =~ s{.*/}{}r if defined $patch;
    my @log = qw(log -1 --format=%s);
    return ($self->{repository}->git('read a commit', @log, $self->{kernel}{$side}->commit))[0];
}

# Who it is that tests.
sub _who ($self) {
    my ($who) = eval { $self->{repository}->git('know who it is', qw(var GIT_AUTHOR_IDENT)) };
    return ($who // 'NAME <ADDRESS>') =~ s/>.*/>/r;
}

1;
