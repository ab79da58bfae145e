# SPDX-License-Identifier: GPL-2.0-only
#
# Logs of LAVA's jobs.
package Copyhang::Import::Lava;

use v5.36;

sub summary ($class) { return 'logs of jobs of LAVA, beside what was exported' }

sub reader ($class, $option, @paths) {
    require Copyhang::Lava::Import;
    return Copyhang::Lava::Import->new($option, @paths);
}

1;
