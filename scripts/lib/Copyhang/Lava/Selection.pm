# SPDX-License-Identifier: GPL-2.0-only
#
# The cases that jobs elsewhere were asked for: a Copyhang::Selection that no case program has to be
# asked about. It is never the whole: what else there is is not known.
package Copyhang::Lava::Selection;

use v5.36;
use parent 'Copyhang::Selection';
use List::Util qw(uniq);

sub new ($class, @ids) { return bless {ids => [uniq @ids], is_whole => 0}, $class }

sub add ($self, @ids) { return $self->{ids} = [uniq $self->ids, @ids] }

1;
