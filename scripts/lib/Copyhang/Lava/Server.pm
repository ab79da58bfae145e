# SPDX-License-Identifier: GPL-2.0-only
#
# LAVA's server, through its REST API (v0.2).
#
# The token is read from a file that nobody else can read; it goes into a header of requests to this
# server, which are not redirected, and into nothing that is written.
#
# What the server says at last is what counts: one that does not answer, or is in trouble (5xx), is asked
# again for as long as Copyhang::Limits has it. Each method returns (status, what it said), a status of
# HTTP; 401 and 403 end the command.
package Copyhang::Lava::Server;

use v5.36;
use Copyhang::Failure qw(bad_input untestable);
use Copyhang::Limits  ();
use Copyhang::Paths   ();
use Cpanel::JSON::XS  ();
use HTTP::Tiny        ();
use Time::HiRes       qw(sleep time);

my $OTHERS = oct 77;
my $ANSWER = 60;       # seconds that an answer may take
my $TICK   = 0.1;      # seconds from one look for a signal to the next
my $WORDS  = 300;      # characters of what it says that are told

my $JSON = Cpanel::JSON::XS->new->utf8->canonical;

# $tell => code($text): that it does not answer.
sub new ($class, $url, $token_file, $tell) {
    bad_input("--url wants http://HOST or https://HOST, not '$url'")
        if $url !~ m{\Ahttps?://[\w.\[\]:-]+(?:/[\w./~-]*)?\z};
    my $self = bless {url => $url =~ s{/*\z}{/api/v0.2}r, tell => $tell}, $class;
    $self->{token} = _token($token_file);
    $self->{http}  = HTTP::Tiny->new(
        agent        => 'copyhang ',
        max_redirect => 0,
        timeout      => $ANSWER,
        verify_SSL   => 1
    );
    my ($can, $why) = $url =~ /\Ahttps/ ? HTTP::Tiny->can_ssl : 1;
    untestable("no https here: $why") if !$can;
    return $self;
}

sub _token ($path) {
    my $text = Copyhang::Paths->contents($path) // bad_input("--token-file: cannot read $path: $!");
    my $mode = (stat $path)[2]                  // 0;
    bad_input("--token-file: others can read $path: chmod 600 it") if -f _ && $mode & $OTHERS;
    my ($token) = $text =~ /\A\s*([\x21-\x7e]+)\s*\z/
        or bad_input("--token-file: $path wants to have the token and nothing else");
    return $token;
}

# (status, the numbers of the jobs, or why not).
sub submit ($self, $definition) {
    my ($status, $said) = $self->_ask('POST', '/jobs/', {definition => $definition});
    return ($status, $status == 201 ? $said->{job_ids} : $self->_words($said));
}

# The number of the last job that is called so; undef if there is none.
sub find ($self, $name) {
    my $query = HTTP::Tiny->www_form_urlencode({description => $name, ordering => '-id'});
    my (undef, $said) = $self->_ask('GET', "/jobs/?$query");
    my ($job) =
        grep { ($_->{description} // q{}) eq $name } ref $said eq 'HASH' ? @{$said->{results}} : ();
    return $job ? $job->{id} : undef;
}

# {state, health, failure_comment...}.
sub job ($self, $number) { return $self->_ask('GET', "/jobs/$number/") }

# Nobody waits for what becomes of it.
sub cancel ($self, $number) { return $self->_ask('GET', "/jobs/$number/cancel/") }

# The text of its log.
sub log ($self, $number) {    ## no critic (ProhibitBuiltinHomonyms)
    return $self->_ask('GET', "/jobs/$number/logs/", undef, 'as it is');
}

sub _ask ($self, $method, $path, $content = undef, $as_it_is = 0) {
    my %request = (headers => {Authorization => "Token $self->{token}"});
    if (defined $content) {
        $request{content} = $JSON->encode($content);
        $request{headers}{'Content-Type'} = 'application/json';
    }
    my $answer = $self->_insist($method, "$self->{url}$path", \%request);
    my ($status, $text) = @{$answer}{qw(status content)};
    bad_input("the server refuses the token: $status $answer->{reason}")
        if $status == 401 || $status == 403;
    return ($status, $text) if $as_it_is;
    my $said = eval { $JSON->decode($text) } // $text;
    return ($status, $status < 300 && !ref $said ? {} : $said);
}

# A request that the server may have taken already (POST) is not made again: see Lab.
sub _insist ($self, $method, $url, $request) {
    my $until = time + $Copyhang::Limits::SERVER;
    while () {
        Copyhang::Failure->check_signals;
        my $answer = $self->{http}->request($method, $url, $request);
        return $answer if $answer->{status} < 500;
        my $words =
            $self->_words($answer->{status} == 599 ? $answer->{content} : $answer->{reason});
        untestable("the server does not answer: $words") if time >= $until;
        $self->{tell}->("the server does not answer: $words");
        return $answer if $method eq 'POST';
        pause();
    }
    return;
}

# Between two looks.
sub pause () {
    my $until = time + $Copyhang::Limits::POLL;
    while ((my $left = $until - time) > 0) {
        Copyhang::Failure->check_signals;
        sleep($left < $TICK ? $left : $TICK);
    }
    return;
}

# For people, on one line, and never with the token.
sub _words ($self, $said) {
    my $text = ref $said eq 'HASH' ? $said->{message} // $JSON->encode($said) : $said;
    $text = $JSON->encode($text) if ref $text;
    $text = substr $text =~ s/\s+/ /gr =~ s/ \z//r, 0, $WORDS;
    return $text =~ s/\Q$self->{token}\E/***/gr;
}

1;
