# SPDX-License-Identifier: GPL-2.0-only
#
# What a bisection is among: kernels that can be had, in the order of their versions.
#
# Of those that --kernels names, or of all that Debian offers of the same flavour. The points are
# their numbers in a row.
package Copyhang::Bisect::Kernels;

use v5.36;
use parent 'Copyhang::Bisect::Search';
use Copyhang::Failure         qw(bad_input);
use Copyhang::Guest::Programs ();
use Copyhang::Kernel          ();
use Copyhang::Paths           ();
use Copyhang::Text            qw(shell_word);
use List::Util                qw(uniq);

# $option: good, bad, kernels, as of the command line.
sub for_options ($class, $option, $step) { return $class->new(option => $option, step => $step) }

sub words ($self) { return @{$self->{option}}{qw(good bad kernels)} }

# Nothing is fetched. What cannot be a range is bad input.
sub begin ($self) {
    my ($first, $last, $path) = $self->words;
    my @ends    = map { Copyhang::Kernel->find($_) } $first, $last;
    my @list    = defined $path ? _listed($path) : _offered(@ends);
    my %kernel  = map { $_->identity => $_ } @ends, reverse @list;
    my @kernels = Copyhang::Kernel->sorted(values %kernel);
    my %number  = map { $kernels[$_]->identity => $_ } 0 .. $#kernels;
    my ($good, $bad) = map { $number{$_->identity} } @ends;
    bad_input("$first and $last are the same kernel")                         if $good == $bad;
    bad_input("$first is newer than $last: $Copyhang::Bisect::Search::OLDER") if $good > $bad;
    Copyhang::Guest::Programs->prepare($_, $self->{option}{'no-install'}, sub ($words) { })
        for uniq map { $_->architecture } @ends;
    @{$self}{qw(kernels good bad among)} = (\@kernels, [$good], $bad, $bad - $good + 1);
    return;
}

# In a file, or a folder, where there may be other files, too, as in /boot.
sub _listed ($path) {
    bad_input("--kernels $path: no such file or folder") if !-e $path;
    if (-d _) {
        my @kernels;
        eval { push @kernels, Copyhang::Kernel->find($_) } for glob "\Q$path\E/*";
        return @kernels if @kernels;
        bad_input("--kernels $path: no kernel in this folder");
    }
    bad_input("--kernels $path: not a list of kernels") if !-T _;
    return map { Copyhang::Kernel->find($_) } Copyhang::Paths->names_in($path);
}

# Of the same flavour.
sub _offered ($good, $bad) {
    bad_input('--kernels is needed where the ends are not kernels of Debian, as debian:6.1 is')
        if grep { !$_->can('flavour') } $good, $bad;
    my @architectures = map { $_->architecture } $good, $bad;
    bad_input("the ends are of two architectures, $architectures[0] and $architectures[1]")
        if $architectures[0] ne $architectures[1];
    my @flavours = map { $_->flavour } $good, $bad;
    bad_input("the ends are of two flavours, $flavours[0] and $flavours[1]")
        if $flavours[0] ne $flavours[1];
    return grep { $_->flavour eq $flavours[0] } (ref $good)->all($good->architecture);
}

sub identity ($self, $number) { return $self->{kernels}[$number]->identity }
sub facts    ($self, $found)  { return (among => $self->{among}) }

sub columns ($self, $seen) {
    return sprintf '%-26s %-30s', $seen->{name}, $seen->{release} // q{-};
}

# One that cannot be downloaded now may be there the next time.
sub look_at ($self, $number) {
    my ($kernel, $step) = ($self->{kernels}[$number], $self->{step});
    my $why  = _fetch($kernel, $step->progress) // return $step->run($kernel);
    my %seen = map { $_ => scalar $kernel->$_ } qw(name identity release version);
    return ({%seen, %{$step->not_booted($why)}}, 1);
}

# Returns why the kernel cannot be had, undef if it can.
sub _fetch ($kernel, $progress) {
    my $tell = sub ($words) { $progress->state_of($kernel->name, $words) };
    return if eval { $kernel->fetch($tell); 1 };
    my $failure = $@;
    Copyhang::Failure->check_signals;
    die $failure if !eval { $failure->status == 125 };    ## no critic (RequireCarping)

    # Of what apt says, without where it looked.
    return $failure->message =~ s{Failed to fetch \S+ | \[IP: [^]]*\]}{}gr;
}

sub log ($self, @seen) {    ## no critic (ProhibitBuiltinHomonyms)
    my $case = $self->{step}->case;
    return join q{}, map {
        my $came = join ': ', $_->{answer} // (), $_->{why} // $_->{verdict};
        'copyhang matrix ' . shell_word($_->{name}) . " --only $case # $came\n"
    } @seen;
}

1;
