# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::Bisect::State;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use Copyhang::Cache   ();
use Copyhang::Failure qw(bad_input);
use Digest::SHA       qw(sha256_hex);
use Fcntl             qw(:flock);
use IO::Handle        ();
use JSON::PP          ();

my $JSON = JSON::PP->new->utf8->canonical;

# The state of the bisection that these words tell from others.
sub new ($class, @words) {
    my $key = substr sha256_hex(join "\n", map { $_ // q{} } @words), 0, 16;
    return bless {name => "bisects/$key", seen => []}, $class;
}

# What an earlier process has seen.
sub read ($self) {    ## no critic (ProhibitBuiltinHomonyms)
    my $text = Copyhang::Cache->new->read_file($self->{name}) // return;
    $self->_take($text);
    return $self;
}

# Begins anew, or goes on behind what is there; no other process does meanwhile.
sub open ($self, $resume) {    ## no critic (ProhibitBuiltinHomonyms)
    my $cache = Copyhang::Cache->new;
    $cache->make_folder('bisects');
    my $path = $cache->path($self->{name});
    CORE::open $self->{file}, '+>>', $path or bad_input("cannot write $path: $!");
    flock $self->{file}, LOCK_EX | LOCK_NB
        or bad_input('another process is at the same bisection');
    my $whole = $resume ? $self->_take($cache->read_file($self->{name}) // q{}) : 0;
    truncate $self->{file}, $whole or bad_input("cannot write $path: $!");
    return;
}

# Returns the length of what is whole: a process that was killed may leave half a line.
sub _take ($self, $text) {
    my $whole = 0;
    while ($text =~ /(.*)\n/g) {
        my $seen = eval { $JSON->decode($1) } // last;
        push @{$self->{seen}}, $seen;
        $whole = pos $text;
    }
    return $whole;
}

sub add ($self, $seen) {
    push @{$self->{seen}}, $seen;
    my $file = $self->{file};
    print {$file} $JSON->encode($seen), "\n" and $file->flush
        or bad_input("cannot write to $self->{name} in the cache: $!");
    return;
}

# In the order in which it was seen.
sub seen ($self) {
    return @{$self->{seen}};
}

# What was seen of a kernel, by its identity.
sub find ($self, $identity) {
    my ($seen) = grep { $_->{identity} eq $identity } $self->seen;
    return $seen;
}

1;

__END__

=head1 NAME

Copyhang::Bisect::State - what a bisection has seen, kept so that it can go on

=head1 SYNOPSIS

    my $state = Copyhang::Bisect::State->new($case, $good, $bad);
    $state->open($resume);
    my $seen = $state->find($kernel->identity);    # of an earlier process, maybe
    $state->add($step->run($kernel));

=head1 DESCRIPTION

A file in the folder F<bisects> of the cache (L<Copyhang::Cache>): for each step a line of JSON, what
L<Copyhang::Bisect::Step> returned. A line is there whole or, when the process was killed, is not
counted. Nothing of what it means is kept: that is judged anew, which takes no time.

C<open> locks it and is for the process that adds to it; C<read> only looks, and returns undef if
there is no such state.

=cut
