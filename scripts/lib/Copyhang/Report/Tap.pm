# SPDX-License-Identifier: GPL-2.0-only
#
# The results as other readers of TAP have them: JUnit XML, and a TAP archive.
package Copyhang::Report::Tap;

use v5.36;
use Archive::Tar            ();
use Copyhang::Failure       qw(bad_input);
use Copyhang::Harness       ();
use Copyhang::Paths         ();
use Copyhang::Report::Junit ();
use File::Temp              ();
use TAP::Formatter::JUnit   ();
use TAP::Harness            ();
use TAP::Harness::Archive   ();

# $results: of Copyhang::Matrix::Results.
sub junit ($class, $results, $path) {
    open my $out, '>', \my $text or die "cannot write to memory: $!\n";
    my $formatter = TAP::Formatter::JUnit->new({stdout => $out});
    Copyhang::Harness->feed(TAP::Harness->new({formatter => $formatter}), $results->streams);
    close $out or die "cannot write to memory: $!\n";
    return Copyhang::Report::Junit->by_fault($text, $results->results);
}

# The end of $name says which kind of archive.
sub archive ($class, $results, $name) {
    my ($suffix)   = $name =~ /([.](?:tar|tar[.]gz|tgz))\z/;
    my @streams    = $results->streams;
    my $kernel     = $results->running;
    my %properties = $kernel ? %{$kernel}{qw(release version machine)} : ();
    my $folder     = File::Temp->newdir;
    my $path       = "$folder/archive$suffix";
    local $ENV{TMPDIR} = "$folder";
    my $harness = TAP::Harness::Archive->new(
        {archive => $path, verbosity => -3, extra_properties => \%properties});
    Copyhang::Harness->feed($harness, @streams);

    # A full disk may leave it cut short; what can be read again is there.
    my $archive = Archive::Tar->new($path);
    my @written = $archive ? grep { length($_->get_content // q{}) } $archive->get_files : ();
    bad_input("cannot write to $folder, there is no room") if @written != @streams + 1;
    return Copyhang::Paths->contents($path);
}

1;
