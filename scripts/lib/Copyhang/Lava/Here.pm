# SPDX-License-Identifier: GPL-2.0-only
#
# The guests of copyhang matrix by lava-run, on this machine.
#
# Jobs and their logs are in the folder of --state, where copyhang import finds them, or in one that goes.
package Copyhang::Lava::Here;

use v5.36;
use Copyhang::Failure          qw(bad_input);
use Copyhang::Lava::Dispatcher ();
use Copyhang::Lava::Job        ();
use Copyhang::Lava::Stream     ();
use File::Temp                 ();
use IO::File                   ();

sub new ($class, $option) {
    my $folder = $option->{state};
    return bless {
        claim      => defined $folder ? Copyhang::Lava::Engine->claim($folder) : undef,
        folder     => $folder // File::Temp->newdir,
        dispatcher => Copyhang::Lava::Dispatcher->new
    }, $class;
}

sub collect ($self, $progress) { return }

# A job is written when its turn comes, and its log is kept beside it, as log-N.yaml, N being the boot.
sub stream ($self, $argument) {
    my ($kernel, $name) = @{$argument}{qw(kernel name)};
    my $folder = "$self->{folder}/" . Copyhang::Lava::Job->folder($name, $self->{seen} //= {});
    my $start  = sub ($boot, $jobs, $ids) {
        unlink glob "\Q$folder\E/log*.yaml" if $boot == 1;    # of another run
        my $path = Copyhang::Lava::Job->write(
            $folder, %{$argument},
            device_type => 'qemu',
            jobs        => $jobs,
            ids         => $ids,
            asked       => $argument
        );
        my $log = IO::File->new("$path/log-$boot.yaml", '>') // bad_input("cannot write $path: $!");
        $log->autoflush;
        return ($log, $self->{dispatcher}->command($path));
    };
    return Copyhang::Lava::Stream->new(
        {
            %{$argument},
            start => $start,
            map { $_ => $kernel->$_ } qw(release version config)
        }
    );
}

1;
