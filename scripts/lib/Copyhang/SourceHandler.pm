# SPDX-License-Identifier: GPL-2.0-only
package Copyhang::SourceHandler;

use strict;
use warnings;
use feature 'signatures';
no warnings 'experimental::signatures';

use TAP::Parser::IteratorFactory ();

TAP::Parser::IteratorFactory->register_handler(__PACKAGE__);

# Whether the source is one of the harness's own.
sub can_handle ($class, $source) {
    return exists _streams($source)->{${$source->raw}} ? 1 : 0;
}

sub make_iterator ($class, $source) {
    my $config = $source->config_for($class);
    return $config->{open}->(_streams($source)->{${$source->raw}});
}

sub _streams ($source) {
    return ($source->config_for(__PACKAGE__) // {})->{streams} // {};
}

1;

__END__

=head1 NAME

Copyhang::SourceHandler - makes a program, or a kernel, a source of TAP

=head1 SYNOPSIS

    TAP::Harness->new(
        {
            sources => {
                'Copyhang::SourceHandler' => {
                    streams => {'debian:6.1' => $stream},       # of Copyhang::Stream
                    open    => sub ($stream) { $stream->start },
                }
            }
        }
    )->runtests('debian:6.1');

=head1 DESCRIPTION

A L<TAP::Parser::SourceHandler>. A harness asks for the iterator of a test when its turn comes;
that is when C<open> lets a stream begin to flow.

=cut
