#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# The manual pages as they are built: there is one for each command, a linter has nothing to say, and
# they and the program know the same verdicts.
use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Case    ();
use Copyhang::Command ();
use Fake              qw(finish slurp);
use Real              qw(launch program);
use Test::More;

my ($build) = program() =~ m{(.*)/kselftest/};
my $folder  = "$build/man";
my @pages   = map { s{.*/}{}r } glob "$folder/*";
is_deeply(
    \@pages,
    [sort 'copyhang.1', 'copyhang-verdicts.7', map { "copyhang-$_.1" } Copyhang::Command->names],
    'a page for each command'
);

my ($version) = slurp("$Bin/../../VERSION") =~ /(\S+)/;
for my $page (@pages) {
    my ($name, $section) = $page =~ /(.*)[.](\d)/;
    my $text = slurp("$folder/$page");
    like($text, qr/^[.]TH "?\U$name\E"? $section "?[\d-]+"? "copyhang $version" /m, "$page: title");
    like($text, qr/^[.]SH "?NAME"?\n\Q@{[$name =~ s{-}{\\-}gr]}\E \\- \S/m,         "$page: name");
    like($text, qr/^[.]SH "SEE ALSO"/m, "$page: where to read on");
SKIP: {
        skip 'mandoc is missing', 1 if system 'command -v mandoc >/dev/null';
        is_deeply(
            [finish(launch('mandoc', '-T', 'lint', '-W', 'warning', "$folder/$page"))],
            [0, q{}, q{}],
            "$page: mandoc"
        );
    }
}

# The items of a list in POD.
sub items ($path, $heading) {
    my ($list) = slurp($path) =~ /$heading.*?^=over\n(.*?)^=back\n/ms;
    return [$list =~ /^=item (\S+)$/mg];
}
my @verdicts = Copyhang::Case->verdicts;
is_deeply(items("$Bin/../man/copyhang-verdicts.pod", '=head1 VERDICTS'),
    \@verdicts, 'copyhang-verdicts knows all verdicts');
is_deeply(items("$Bin/../man/copyhang.pod", 'verdict is one of'),
    \@verdicts, 'and so does copyhang');
my ($table) = slurp("$Bin/../man/copyhang-verdicts.pod") =~ /=head1 IN REPORTS(.*)/s;
is_deeply([$table =~ /^ {4}(\w+) +(?:not )?ok/mg], \@verdicts, 'and its table');

done_testing;
