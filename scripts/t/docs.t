#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# What the documents name is there: files, by the path from the top or from the folder of a README.md.
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Fake qw(slurp);
use Test::More;

chdir "$Bin/../.." or die "$Bin/../..: $!";

my $TOP = qr{(?:cases|fixtures|harness|scripts|[.]ci|[.]github)/};

# The paths in a document: words in `code` that look like one. X.[ch] and X* are patterns.
sub paths ($document) {
    my ($folder) = $document =~ m{(.*/)};
    my $text = slurp($document) =~ s/^```.*?^```$//grms;
    my @paths;
    for my $word (map { split } $text =~ /`([^`]+)`/g) {
        $word =~ s/[,.]\z//;
        if    ($word =~ m{\A$TOP[\w.\[\]*/-]*\z}) { push @paths, $word }
        elsif (defined $folder && $word =~ m{\A[\w*-]+(?:\.\[ch\]|[.](?:c|h|cmake|t|pm)|/)\z}) {
            push @paths, "$folder$word";
        }
    }
    return @paths;
}

for my $document ('README.md', 'CONTRIBUTING.md', glob '*/README.md') {
    my @paths = paths($document);
    ok(scalar @paths, "$document names files");
    my @gone = grep {
        my @found = glob;
        !@found || grep { !-e } @found
    } @paths;
    is_deeply(\@gone, [], "$document: they are there") or diag("@gone");
}

for my $folder (qw(cases fixtures scripts)) {
    ok(-e "$folder/README.md", "$folder tells what lives there");
}

done_testing;
