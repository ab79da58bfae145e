# SPDX-License-Identifier: GPL-2.0-only
#
# Whether guests can run under KVM here.
#
# A /dev/kvm that opens proves nothing: on some nested hosts it does, and the guest never prints a
# byte. So for_kernels boots the first kernel that needs one with it, and remembers in the cache,
# until this system is started anew, whether init was heard of. Else qemu translates the code (TCG).
package Copyhang::Guest::Accelerator;

use v5.36;
use Copyhang::Cache            ();
use Copyhang::Failure          ();
use Copyhang::Guest            ();
use Copyhang::Guest::Initramfs ();
use Copyhang::Guest::Machine   ();

my $DEVICE     = '/dev/kvm';
my $REMEMBERED = 'accelerator';
my $BOOT_ID    = '/proc/sys/kernel/random/boot_id';

# kvm or tcg, and says so where it is slow. $progress: of Copyhang::Progress. The kernels, of
# Copyhang::Kernel, have been fetched.
sub for_kernels ($class, $progress, @kernels) {
    my ($kernel) = grep { !$_->is_uml } @kernels or return 'tcg';
    $progress->tell('looking for an accelerator');
    my $why = _why_not($kernel) // return 'kvm';
    $progress->noise("Guests run under TCG, slowly: $why.\n");
    return 'tcg';
}

sub _why_not ($kernel) {
    open my $device, '+<', $DEVICE or return "$DEVICE: $!";
    close $device;
    my $cache = Copyhang::Cache->new;
    my $here  = 'unknown';
    if (open my $in, '<', $BOOT_ID) { chomp($here = <$in>) }
    my ($where, $found) = split q{ }, $cache->read_file($REMEMBERED) // q{};
    if (!defined $found || $where ne $here) {
        $found = _boots($kernel) ? 'kvm' : 'tcg';
        $cache->write_file($REMEMBERED, "$here $found\n");
    }
    return $found eq 'kvm' ? undef : 'a probe boot with kvm did not come up';
}

sub _boots ($kernel) {
    my $initramfs = Copyhang::Guest::Initramfs->new($kernel)->for_boot(['--list'], []);
    my %how       = (kernel => $kernel, accelerator => 'kvm');
    for my $machine (Copyhang::Guest::Machine->candidates(%how)) {
        my %boot  = (machine => $machine, initramfs => $initramfs);
        my $guest = Copyhang::Guest->start(%boot, on_line => sub ($line) { });
        Copyhang::Guest->pump($guest) until $guest->is_up || $guest->has_ended;
        Copyhang::Failure->check_signals;
        return 1 if $guest->is_up;
    }
    return 0;
}

1;
