# SPDX-License-Identifier: GPL-2.0-only
package FakeLava;

use v5.36;

use Cpanel::JSON::XS ();
use Exporter 'import';
use Fake             qw(slurp spew);
use IO::Socket::INET ();
use POSIX            ();
use Time::HiRes      qw(sleep);

our @EXPORT_OK = qw(job_log serve);

my $JSON = Cpanel::JSON::XS->new->canonical->ascii->allow_nonref;

# Of the kernel.
our $RELEASE = '6.6.6';

# The log of a job as LAVA writes it: perl code, with these at hand and the ids in @ids.
my (@lines, @ids, $number, $count);

sub job_log ($plan, @these) {
    ($number, $count) = (0, 0);
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

# Of these it is said that they begin.
sub hello (@begun) {
    @begun = @ids if !@begun;
    frame("\@release $RELEASE", '@version #1', '@machine x86_64');
    of_lava('kernel', $RELEASE, 'pass', unpack '%32C*', $RELEASE);
    frame('@start', 'TAP version 13', '1..' . @ids, map { "# started $_" } @begun);
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

# --- A server ---

my $SECONDS = 0.2;    # until one that died is there again
my $LOOKS   = 2;      # at a job, until it is over

# A server on this machine, in a process of its own: its url, hold($yes), while which no job comes to its
# end, and stop. Its jobs are files of the folder: NUMBER.job. What the plan has for the jobs of a kernel
# (its name's last part), one after the other: of what their log is made, or lost, silent (no log),
# refuse, die (it ends while it takes one), hangs (it never comes to its end).
sub serve ($folder, $token, $these, %plan) {
    mkdir $folder or die "$folder: $!";
    my $socket = _listen(0);
    my $self   = bless {
        folder => $folder,
        token  => $token,
        ids    => $these,
        plan   => \%plan,
        port   => $socket->sockport
        },
        __PACKAGE__;
    $self->{url} = "http://127.0.0.1:$self->{port}";
    $self->{pid} = fork // die "fork: $!";
    return $self if $self->{pid};
    $SIG{CHLD} = 'DEFAULT';
    while () {
        my $worker = fork // POSIX::_exit(1);
        $self->_work($socket) if !$worker;
        local $SIG{TERM} = sub { kill 'KILL', $worker; waitpid $worker, 0; POSIX::_exit(0) };
        close $socket;
        waitpid $worker, 0;
        sleep $SECONDS;
        $socket = _listen($self->{port});
    }
    return;
}

sub _listen ($port) {
    return IO::Socket::INET->new(
        LocalAddr => '127.0.0.1',
        LocalPort => $port,
        Listen    => 9,
        ReuseAddr => 1
    ) // die "listen: $!";
}

sub hold ($self, $yes) {
    return $yes ? spew("$self->{folder}/hold", q{}) : unlink "$self->{folder}/hold";
}

sub stop ($self) {
    kill 'TERM', $self->{pid};
    return waitpid $self->{pid}, 0;
}

sub _work ($self, $socket) {
    $SIG{TERM} = 'DEFAULT';
    while (my $peer = $socket->accept) {
        local $/ = "\r\n";
        my ($method, $path) = split q{ }, readline($peer) // next;
        my (%head, $body);
        while ((my $line = readline $peer) ne $/) {
            my ($key, $value) = $line =~ /\A([^:]+): *(.*)\r/ or next;
            $head{lc $key} = $value;
        }
        read $peer, $body, $head{'content-length'} // 0;
        open my $out, '>>', "$self->{folder}/requests" or die;
        print {$out} "$method $path\n";
        close $out;
        my ($status, $said) =
            ($head{authorization} // q{}) eq "Token $self->{token}"
            ? $self->_answer("$method $path", $body)
            : (401, {detail => "Invalid token. $head{authorization}"});
        my $text = ref $said ? $JSON->encode($said) : $said;
        print {$peer} "HTTP/1.1 $status Word\r\nContent-Length: ", length $text,
            "\r\nConnection: close\r\n\r\n$text";
        close $peer;
    }
    POSIX::_exit(0);
}

sub _answer ($self, $request, $body) {
    return $self->_take($JSON->decode($body)->{definition}) if $request eq 'POST /api/v0.2/jobs/';
    my %name;
    for my $path (glob "$self->{folder}/*.job") {
        my ($number) = $path =~ m{(\d+)[.]job\z};
        ($name{$number}) = slurp($path) =~ /^job_name: "(.*)"/m;
    }
    if ($request =~ m{\AGET /api/v0.2/jobs/[?].*description=([^&]+)}) {
        my $wanted = $1 =~ tr/+/ /r =~ s/%(..)/chr hex $1/ger;
        my @found  = sort { $b <=> $a } grep { $name{$_} eq $wanted } keys %name;
        return (200, {results => [map { {id => 0 + $_, description => $name{$_}} } @found]});
    }
    my ($number, $what) = $request =~ m{\AGET /api/v0.2/jobs/(\d+)/(logs/|cancel/)?\z};
    return (404, {detail => 'Not found.'}) if !defined $number || !defined $name{$number};
    return $self->_tell($number, $what);
}

# The plan of a job: of its kernel's jobs it is the Nth.
sub _plan ($self, $number) {
    my ($kernel) = slurp("$self->{folder}/$number.job") =~ m{^metadata: .*?([^/"]+)"\}$}m;
    my @before =
        grep { m{/(\d+)[.]job\z} && $1 < $number && slurp($_) =~ m{^metadata: .*/\Q$kernel\E"}m }
        glob "$self->{folder}/*.job";
    my $plan = $self->{plan}{$kernel};
    return $plan->[@before] // $plan->[-1];
}

sub _take ($self, $definition) {
    my @jobs   = glob "$self->{folder}/*.job";
    my $number = @jobs + 1;
    my $path   = "$self->{folder}/$number.job";
    spew($path, $definition);
    my $plan = $self->_plan($number);
    if ($plan eq 'refuse') {
        unlink $path;
        return (400, {message => "Problem with submitted job data: no ($self->{token})"});
    }
    POSIX::_exit(0) if $plan eq 'die';
    return (201, {message => 'job(s) successfully submitted', job_ids => [$number]});
}

sub _tell ($self, $number, $what) {
    my $plan  = $self->_plan($number);
    my $looks = "$self->{folder}/$number.looks";
    my $over  = !-e "$self->{folder}/hold" && -e $looks && -s $looks >= $LOOKS;
    return (200, {message => 'Job cancel signal sent.'}) if ($what // q{}) eq 'cancel/';
    if ($what) {
        return (404, {detail => 'Not found.'}) if $plan eq 'silent';
        $plan = $self->{plan}{dies}[1]         if $plan eq 'die';
        return (200, join q{}, map { "- $_\n" } split /\n/, job_log($plan, @{$self->{ids}}));
    }
    open my $out, '>>', $looks or die;
    print {$out} q{.};
    close $out;
    return (404, {detail => 'Not found.'})                   if $over && $plan eq 'lost';
    return (200, {state  => 'Running', health => 'Unknown'}) if !$over || $plan eq 'hangs';
    return (200,
        {state => 'Finished', health => 'Incomplete', failure_comment => 'the worker is gone'})
        if $plan eq 'silent';
    return (200, {state => 'Finished', health => 'Complete', failure_comment => undef});
}

1;

__END__

=head1 NAME

FakeLava - logs of LAVA's jobs, and a server, for the tests

=head1 SYNOPSIS

    my $log = job_log('boot(); hello(); result(@ids); end(); over()', 'a/b/c-d');
    my $server = serve($folder, $token, \@ids, vmlinuz => ['lost', $plan]);

=cut
