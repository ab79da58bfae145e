# SPDX-License-Identifier: GPL-2.0-only
#
# One case on one kernel, as Copyhang::Bisect::Step has it, in a guest of virtme-ng.
package Copyhang::Bisect::Vng;

use v5.36;
use parent 'Copyhang::Bisect::Step';
use Copyhang::Failure qw(bad_input);
use Copyhang::Harness ();
use Copyhang::Paths   ();
use Copyhang::Text    qw(shell_word);
use Copyhang::Tool    ();

my $CONSOLE = 20;    # lines

sub new ($class, $option) {
    bad_input('virtme-ng is missing: no vng') if !Copyhang::Tool->find('vng');
    return $class->SUPER::new($option);
}

# The guest has the files of this machine, and can write only to what it mounts itself, in whose
# place the program may be.
sub play ($self, $kernel, @ids) {
    my $program = shell_word(Cwd::abs_path(Copyhang::Paths->cases));
    my $cases   = join q{ }, map { '--only ' . shell_word($_) } @ids;
    my $inside  = "exec 9<$program; mount -t tmpfs tmpfs /tmp; exec /proc/self/fd/9 $cases";
    my ($image) = reverse $kernel->images;
    my @slow    = $self->accelerator($kernel) eq 'kvm' ? () : '--disable-kvm';
    my @vng     = ('vng', '-r', $image, '--user', 'root', @slow, '--', $inside);

    my $said   = q{};
    my $begun  = Copyhang::Process::now();
    my $stream = Copyhang::Bisect::Vng::Stream->new(
        {
            name     => 'vng',
            command  => \@vng,
            ids      => \@ids,
            on_noise => sub ($text) { $said .= $text }
        }
    );
    Copyhang::Harness->play($self->{progress}, 1, $stream);
    my ($trouble) = $stream->troubles;
    my @console   = split /\n/, $said;
    splice @console, 0, -$CONSOLE if @console > $CONSOLE;
    my %result = (
        outcome => defined $trouble ? 'lost' : 'complete',
        detail  => $trouble,
        cases   => [$stream->cases],
        console => \@console,
        seconds => {total => Copyhang::Process::now() - $begun},
        map { $_ => scalar $kernel->$_ } qw(release version)
    );
    return (\%result, 1);
}

package Copyhang::Bisect::Vng::Stream;    ## no critic (ProhibitMultiplePackages)

use parent -norequire, 'Copyhang::Stream';

# It says nothing while the guest comes up.
sub silence ($class) { return $Copyhang::Limits::TOOL }

sub odd_end ($self, $status) {
    return 'the kernel fell into a panic, or worse: exit status 255' if $status >> 8 == 255;
    return $self->SUPER::odd_end($status);
}

1;
