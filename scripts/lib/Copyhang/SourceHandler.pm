# SPDX-License-Identifier: GPL-2.0-only
#
# Makes a program, or a kernel, a source of TAP.
#
#     TAP::Harness->new(
#         {
#             sources => {
#                 'Copyhang::SourceHandler' => {
#                     streams => {'debian:6.1' => $stream},       # of Copyhang::Stream
#                     open    => sub ($stream) { $stream->start },
#                 }
#             }
#         }
#     )->runtests('debian:6.1');
#
# A TAP::Parser::SourceHandler. A harness asks for the iterator of a test when its turn comes; that
# is when open lets a stream begin to flow.
package Copyhang::SourceHandler;

use v5.36;
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
