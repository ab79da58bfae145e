# SPDX-License-Identifier: GPL-2.0-only
package FakeGuest;

use v5.36;

use Exporter 'import';
use Fake       qw(programs spew start finish);
use File::Temp ();

our @EXPORT_OK = qw(guests add_programs image);

# Stands for qemu: knows the arguments, writes the console and the channel, and does what the plan
# says: perl code in $folder/plan, with these at hand.
my $EMULATOR = <<'PROGRAM';
#!/usr/bin/perl
use strict;
use warnings;
use Time::HiRes 'sleep';
sub hang { sleep FOREVER }
$| = 1;
my %option;
for (0 .. $#ARGV - 1) { $option{$ARGV[$_]} = $ARGV[$_ + 1] if $ARGV[$_] =~ /^-(?:accel|initrd|kernel|smp)$/ }
my ($console) = map { m{^file,id=console,path=(.*)} } @ARGV;
my ($folder, $machine) = $0 =~ m{(.*)/qemu-system-(\w+)};
sub slurp { open my $in, '<', shift or die; local $/; <$in> }
my @ids = slurp($option{'-initrd'}) =~ m{(?:^|\0)([a-z]\w*/[\w.:+=-]+/\w+-\w+)$}mg;
my $jobs = slurp($option{'-initrd'}) =~ /--jobs\n(\d+)/ ? $1 : 0;
my $number = 0;
sub frame { my $text = shift; ++$number . ' ' . unpack('%32C*', $text) . " $text\n" }
my %total = (pass => 0, fail => 0);
sub channel { for (@_) { /^(not )?ok / and $total{$1 ? 'fail' : 'pass'}++; print frame($_) } }
sub console { open my $out, '>>', $console or die; print {$out} map { "[    1.000000] $_\n" } @_ }
sub hello { console('Run /init as init process');
    channel('@release 6.6.6', '@version #1', "\@machine $machine", '@start') }
sub started { channel(map { "# started $_" } @_) }
my $count = 0;
sub result { channel('ok ' . ++$count . " $_", '#   verdict=safe', '#   stalled=yes') for @_ }
sub play { for (@_) { started($_); result($_) } }
sub end {
    channel("# Totals: pass:$total{pass} fail:$total{fail} xfail:0 xpass:0 skip:0 error:0", '@end ' . (shift // 0));
    hang();
}
open my $log, '>>', "$folder/boots"; print {$log} "$$ $option{-accel} $jobs $option{-smp} @ids\n"; close $log;
my $boot = () = slurp("$folder/boots") =~ / tcg /g;
if ($option{'-accel'} eq 'kvm') { exit 1 if !-e "$folder/kvm" }
eval slurp("$folder/plan"); die $@ if $@;
PROGRAM

# (programs, folder of the emulator): a folder of case programs as of Fake, and an emulator that
# follows the plan, which comes first in PATH from now on.
sub guests ($cases, $plan) {
    my $programs = programs($cases);
    spew("$programs/copyhang-init", "no program\n");
    my $folder = File::Temp->newdir;
    spew("$folder/qemu-system-x86_64", $EMULATOR =~ s/FOREVER/$Fake::FOREVER/r);
    chmod oct 755, "$folder/qemu-system-x86_64";
    symlink 'qemu-system-x86_64', "$folder/qemu-system-$_" for qw(aarch64 ppc64 riscv64 s390x);
    spew("$folder/plan", $plan);
    return ($programs, $folder);
}

# Programs for guests of another architecture.
sub add_programs ($programs, $architecture) {
    mkdir "$programs/$architecture";
    for my $name (qw(copyhang-cases copyhang-init)) {
        spew("$programs/$architecture/$name", "no program of $architecture\n");
        chmod oct 755, "$programs/$architecture/$name";
    }
    return;
}

# A file that is taken for a compressed kernel.
sub image ($folder, $name) {
    my $header = "\0" x 0x202 . 'HdrS' . pack('v', 0x200) . "\0" x 0x100;
    spew("$folder/$name", $header);
    return "$folder/$name";
}

1;

__END__

=head1 NAME

FakeGuest - an emulator for the tests that boots nothing

=head1 SYNOPSIS

    my ($programs, $emulator) = guests([case('a/b/c-d', 'safe')], 'hello(); play(@ids); end()');
    local $ENV{PATH} = "$emulator:$ENV{PATH}";

=cut
