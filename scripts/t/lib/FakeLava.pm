# SPDX-License-Identifier: GPL-2.0-only
package FakeLava;

use v5.36;

use Cpanel::JSON::XS ();
use Exporter 'import';

our @EXPORT_OK = qw(job_log);

my $JSON = Cpanel::JSON::XS->new->canonical->ascii->allow_nonref;

# Of the kernel.
our $RELEASE = '6.6.6';

# The log of a job as LAVA writes it: perl code, with these at hand and the ids in @ids.
my (@lines, @ids, $number, $count);

sub job_log ($plan, @these) {
    (@lines, $number, $count) = ((), 0, 0);
    @ids   = @these;
    @lines = ();
    eval "$plan; 1" or die "$plan: $@";    ## no critic (ProhibitStringyEval)
    return join q{}, map { "$_\n" } @lines;
}

# LAVA's numbers have a tag.
sub message ($level, $text) {
    my $time    = sprintf '2026-11-27T19:15:%02d.%06d', int(@lines / 10), scalar @lines;
    my $message = $JSON->encode($text) =~ s/:(\d+[.]\d+)/: ! "$1"/gr;
    push @lines, qq({"dt": "$time", "lvl": "$level", "msg": $message});
    return;
}

# LAVA has a backslash before each double quote.
sub console (@texts) {
    message('target', s/"/\\"/gr) for @texts;
    return;
}

sub framed ($text) { return join q{ }, ++$number, unpack('%32C*', $text), $text }

sub frame (@texts) {
    console(map { framed($_) } @texts);
    return;
}

sub boot () {
    message('info',  'lava-dispatcher, installed at version: 2023.01');
    message('debug', 'Boot command: /usr/bin/qemu-system-x86_64 -accel tcg -kernel kernel');
    console("[    0.000000] Linux version $RELEASE (planted)", q{}, 'copyhang# ');
    return;
}

sub hello () {
    frame("\@release $RELEASE", '@version #1', '@machine x86_64');
    of_lava('kernel', $RELEASE, 'pass', unpack '%32C*', $RELEASE);
    frame('@start', 'TAP version 13', '1..' . @ids, map { "# started $_" } @ids);
    return;
}

# A result that LAVA has.
sub of_lava ($name, $units, $result, $sum, %more) {
    message(
        'results',
        {
            case        => $name,
            definition  => '0_copyhang',
            result      => $result,
            units       => $units,
            measurement => 0 + "$sum.5" - 0.5 . '.0',
            %more
        }
    );
    return;
}

sub result_of ($id, $verdict = 'safe') {
    my ($act)  = split m{/}, $id;
    my $result = $verdict =~ /safe|refused/ ? 'pass' : 'fail';
    return of_lava($id =~ tr{/}{.}r, $verdict, $result, unpack('%32C*', "$id $verdict"),
        set => $act);
}

# A result as it comes to us, with its evidence.
sub told ($id, $verdict = 'safe') {
    my $ok = $verdict =~ /safe|refused/ ? 'ok' : 'not ok';
    return ("$ok " . ++$count . " $id", "#   verdict=$verdict", '#   stalled=yes');
}

sub result (@these) {
    for my $id (@these) {
        frame(told($id));
        result_of($id);
    }
    return;
}

sub end ($status = 0) {
    frame("\@end $status");
    of_lava('end', "status-$status", 'pass', $count);
    return;
}

# The job is over: as LAVA sees it.
sub over (%error) {
    message('results',
        {case => 'job', definition => 'lava', result => %error ? 'fail' : 'pass', %error});
    return;
}

sub fails ($type, $message) {
    return over(error_type => $type, error_msg => $message);
}

1;

__END__

=head1 NAME

FakeLava - logs of LAVA's jobs, for the tests

=head1 SYNOPSIS

    my $log = job_log('boot(); hello(); result(@ids); end(); over()', 'a/b/c-d');

=cut
