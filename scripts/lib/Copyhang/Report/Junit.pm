# SPDX-License-Identifier: GPL-2.0-only
#
# JUnit as TAP::Formatter::JUnit writes it, with what it cannot know: whose fault it is.
#
# For TAP all that is not ok has failed. Here a failure is the kernel's, and all else an error, whose
# type says whose (Copyhang::Fault), or that the case was not played. What is unavailable was skipped, and
# did not pass. A kernel that did not come to its
# end is a test case as well, by the name `kernel`; where nothing was played that is all there is of it.
package Copyhang::Report::Junit;

use v5.36;
use Copyhang::Boots                 ();
use Copyhang::Fault                 ();
use Copyhang::Report::Html::Element qw(html tag);

my $CDATA = qr/<!\[CDATA\[.*?\]\]>/s;
my $SUITE = qr{<testsuite\b[^>]*>(?:[^<]++|$CDATA|<(?!/testsuite>))*+</testsuite>}s;
my $EMPTY = '<testsuite name="%s" tests="0" failures="0" errors="0"></testsuite>';

sub by_fault ($class, $text, @results) {
    my %result = map { _name($_) => $_ } @results;
    my @suites = $text =~ /$SUITE/g;
    my %there  = map { /\bname="([^"]*)"/ ? ($1 => 1) : () } @suites;
    push @suites, map { sprintf $EMPTY, $_ }
        grep { !$there{$_} && Copyhang::Fault->of_outcome($result{$_}{outcome}) } sort keys %result;
    for my $suite (@suites) {
        my ($name) = $suite =~ /\bname="([^"]*)"/;
        $suite = _suite($suite, $result{$name} // {});
    }
    return join "\n", '<testsuites>', (map { "  $_" } @suites), "</testsuites>\n";
}

# As the formatter calls its suite.
sub _name ($result) {
    return ($result->{name} // q{}) =~ s{\A(?:[.]/|t/)}{}r =~ s/[^-:_A-Za-z0-9]+/_/gr;
}

sub _suite ($suite, $result) {
    my ($head, $body) = $suite =~ /\A(<testsuite[^>]*>)(.*)\z/s;
    my $outcome = $result->{outcome};
    my %more    = map { $_ => 0 } qw(tests failures errors);
    my %skipped = $body =~ /^ok (\d+ \S+) # SKIP (.*)$/mg;
    $body =~ s{(<testcase name="(\d+ [^"]+)">)</testcase>}
        {defined $skipped{$2} ? $1 . _skipped($skipped{$2}) . '</testcase>' : $&}ge;
    $body =~ s{<failure\b[^>]*>($CDATA)</failure>}{_wrong($&, $1, $outcome, \%more)}ge;
    my ($trouble) = @{$result->{troubles} // []};

    if (my $fault = Copyhang::Fault->of_outcome($outcome) // (defined $trouble ? 'ours' : undef)) {
        my $kind = $fault eq 'kernel' ? 'failure' : 'error';
        my $words =
            ($outcome // 'complete') eq 'complete'
            ? $trouble
            : Copyhang::Boots->words_of($outcome, $result->{detail});
        my $end = tag($kind, {type => $fault, message => $words});
        $body = "\n    " . html(tag('testcase', {name => 'kernel'}, $end)) . $body;
        $more{$_}++ for 'tests', "${kind}s";
    }
    my $skipped = keys %skipped;
    $head =~ s/>\z/ skipped="$skipped">/;
    $head =~ s/\b(tests|failures|errors)="(\d+)"/qq{$1="} . ($2 + $more{$1}) . q{"}/ge;
    return "$head$body";
}

sub _skipped ($reason) { return html(tag('skipped', {message => $reason})) }

# What the formatter has for one that failed, and in there what was said of it.
sub _wrong ($failure, $said, $outcome, $more) {
    my %case =
        map { $_ => $said =~ m{^\# {3}$_=(.*?)(?:\]\]>)?$}m ? $1 : undef } qw(verdict reason);
    return $failure if ($case{verdict} // q{}) ne 'broken';
    my $fault = Copyhang::Fault->of_case(\%case, $outcome) // 'not played';
    return $failure if $fault eq 'kernel';
    $more->{failures}--;
    $more->{errors}++;
    my ($type, $message) = map { html($_) } $fault, $case{reason} // 'broken';
    return qq{<error type="$type" message="$message">$said</error>};
}

1;
