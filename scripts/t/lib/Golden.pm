# SPDX-License-Identifier: GPL-2.0-only
#
# Whole reports as they are to be, each in a file of t/golden.
package Golden;

use v5.36;

use Cwd ();
use Exporter 'import';
use Fake       qw(slurp spew);
use File::Spec ();
use POSIX      ();
use Test::More;

our @EXPORT_OK = qw(golden golden_session);

my ($FOLDER)  = map { "$_/golden" } Cwd::abs_path(__FILE__) =~ m{(.*)/lib/};
my ($ROOT)    = $FOLDER                                     =~ m{(.*)/scripts/t/};
my $TEMPORARY = qr{\Q@{[File::Spec->tmpdir]}\E/\w{10}\b};
my $LICENCE   = "# SPDX-License-Identifier: GPL-2.0-only\n";

# Whether a report is what the file says, but for what differs from one machine or run to the next.
# %named: what this test alone knows to differ, and what stands for it.
sub golden ($name, $text, %named) {
    my $path = "$FOLDER/$name";
    $text =~ s/\Q$_\E/$named{$_}/g for sort { length $b <=> length $a } keys %named;
    my $is = $LICENCE . _same_everywhere($text);
    spew($path, $is) if $ENV{COPYHANG_RENEW_GOLDEN};
    my @lines = map { [split /^/m] } $is, -e $path ? slurp($path) : q{};
    return is_deeply(@lines, "as in t/golden/$name")
        || diag(
        "COPYHANG_RENEW_GOLDEN=1 prove $0 writes what is printed now; look at the difference");
}

# Whether commands, [ARGUMENT...] each, say and end as the file says. $run->(@arguments) returns (exit
# status, standard output, standard error); what it adds to %{$named} until then counts.
sub golden_session ($name, $run, $commands, $named = {}) {
    my @told;
    for my $command (@{$commands}) {
        my @words = map { m{\A[\w/.,:=+-]+\z} ? $_ : /'/ ? qq{"$_"} : "'$_'" } @{$command};
        my ($status, $out, $err) = $run->(@{$command});
        push @told,
            join(q{ }, q{$}, @words) . "\n" . $out . $err =~ s/^(?!\z)/2> /gmr . "exit $status\n";
    }
    return golden($name, join("\n", @told), %{$named});
}

# What has the kernel's name in it is on one line, as its length decides where lines end.
sub _same_everywhere ($text) {
    my ($release, $version, $machine) = (POSIX::uname())[2 .. 4];
    $text =~ s{^(Against .*?\n)(?=\n|\z)}{$1 =~ s/\n(?=.)/ /gr}gems;
    $text =~ s/\Q$release\E/RELEASE/g;
    $text =~ s/\Q$version\E/VERSION/g;
    $text =~ s/\Q$machine\E/MACHINE/g;
    $text =~ s/\b\d+[.]\d (s|minutes)\b/T.T $1/g;
    $text =~ s{/trees/\K[0-9a-f]{16}(?=/)}{TREE}g;
    $text =~ s/^Date: .*/Date: DATE/mg;
    $text =~ s/^(?:2> )?Guests run under TCG, slowly: .*\n//mg;
    $text =~ s/\Q$ROOT\E/ROOT/g;
    my ($places, %place) = 0;    # folders of File::Temp, in the order in which they are named
    $text =~ s{($TEMPORARY)}{$place{$1} //= 'PLACE' . ++$places}ge;
    $text =~ s{^(PLACE\d+\S*) +(?=[\d-])}{$1  }gm;    # a column that is as wide as its name
    $text =~ s{<(style|script)>.*</\1>}{<$1/>}sg;
    $text =~ s{'sha256-[^']+'}{'DIGEST'}g;
    $text =~ s/\e/ESC/g;
    return $text;
}

1;

__END__

=head1 NAME

Golden - whole reports as they are to be, each in a file of t/golden

=head1 SYNOPSIS

    golden('run.txt', $out);
    golden_session('run-refused.txt', sub (@words) { copyhang($programs, @words) },
        [['run', '--bogus'], ['run', 'x']]);

    COPYHANG_RENEW_GOLDEN=1 prove scripts/t/*.t     # writes the files anew: look at git diff

=cut
