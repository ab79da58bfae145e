# SPDX-License-Identifier: GPL-2.0-only
#
# What a bisection has seen, kept so that it can go on. Nothing else of it is kept anywhere.
package Copyhang::Bisect::State;

use v5.36;
use Copyhang::Cache   ();
use Copyhang::Failure qw(bad_input);
use Copyhang::Lock    ();
use Cpanel::JSON::XS  ();
use List::Util        qw(first);

my $JSON = Cpanel::JSON::XS->new->utf8->canonical;

# The state of the bisection that these words tell from others.
sub new ($class, @words) {
    my $key = Copyhang::Cache->key(join "\n", map { $_ // q{} } @words);
    return bless {name => "bisects/$key", seen => [], whole => 0}, $class;
}

# What an earlier process has seen; undef if none. One that was killed may have left half a line.
sub read ($self) {    ## no critic (ProhibitBuiltinHomonyms)
    my $text = Copyhang::Cache->new->read_file($self->{name}) // return;
    for my $line ($text =~ /.*\n/g) {
        push @{$self->{seen}}, eval { $JSON->decode($line) } // last;
        $self->{whole} += length $line;
    }
    return $self;
}

# Begins anew, or goes on behind what is there; no other process does meanwhile.
sub open ($self, $resume) {    ## no critic (ProhibitBuiltinHomonyms)
    my $cache = Copyhang::Cache->new;
    $cache->make_folder('bisects');
    $self->{file} = Copyhang::Lock->take($cache->path($self->{name}), 0)
        // bad_input('another process is at the same bisection');
    $self->read if $resume;
    truncate $self->{file}, $self->{whole}
        or bad_input("cannot write $self->{name} in the cache: $!");
    return;
}

# $seen: as of Copyhang::Bisect::Step. What it means is not kept: that is judged anew.
sub add ($self, $seen) {
    push @{$self->{seen}}, $seen;
    my $file = $self->{file};
    print {$file} $JSON->encode($seen), "\n" and $file->flush
        or bad_input("cannot write to $self->{name} in the cache: $!");
    return;
}

# In the order in which it was seen.
sub seen ($self) { return @{$self->{seen}} }

# What was seen of a kernel, by its identity.
sub find ($self, $identity) {
    return first { $_->{identity} eq $identity } $self->seen;
}

1;
