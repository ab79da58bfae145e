# SPDX-License-Identifier: GPL-2.0-only
#
# Whole reports as they are to be, each in a file of t/golden.
package Golden;

use v5.36;

use Cwd ();
use Exporter 'import';
use Fake  qw(slurp spew);
use POSIX ();
use Test::More;

our @EXPORT_OK = qw(golden);

my ($FOLDER) = map { "$_/golden" } Cwd::abs_path(__FILE__) =~ m{(.*)/lib/};
my $LICENCE = "# SPDX-License-Identifier: GPL-2.0-only\n";

# Whether a report is what the file says, but for what differs from one machine or run to the next.
sub golden ($name, $text) {
    my $path = "$FOLDER/$name";
    my $is   = $LICENCE . _same_everywhere($text);
    spew($path, $is) if $ENV{COPYHANG_RENEW_GOLDEN};
    my @lines = map { [split /^/m] } $is, -e $path ? slurp($path) : q{};
    return is_deeply(@lines, "as in t/golden/$name")
        || diag(
        "COPYHANG_RENEW_GOLDEN=1 prove $0 writes what is printed now; look at the difference");
}

# What has the kernel's name in it is on one line, as its length decides where lines end.
sub _same_everywhere ($text) {
    my ($release, $version, $machine) = (POSIX::uname())[2 .. 4];
    $text =~ s{^((?:Against|Linux) .*?\n)(?=\n|\z)}{$1 =~ s/\n(?=.)/ /gr}gems;
    $text =~ s/\Q$release\E/RELEASE/g;
    $text =~ s/\Q$version\E/VERSION/g;
    $text =~ s/\Q$machine\E/MACHINE/g;
    $text =~ s/\b\d+[.]\d s\b/T.T s/g;
    $text =~ s{<style>.*</style>}{<style/>}s;
    $text =~ s/\e/ESC/g;
    return $text;
}

1;

__END__

=head1 NAME

Golden - whole reports as they are to be, each in a file of t/golden

=head1 SYNOPSIS

    golden('run.txt', $out);

    COPYHANG_RENEW_GOLDEN=1 prove scripts/t/*.t     # writes the files anew: look at git diff

=cut
