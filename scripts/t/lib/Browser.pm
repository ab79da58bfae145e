# SPDX-License-Identifier: GPL-2.0-only
#
# Chromium as Debian has it, driven by ChromeDriver over its WebDriver interface
# (https://www.w3.org/TR/webdriver2/). What it writes is in a folder of its own, and all its processes
# end with the test: ChromeDriver also if that is killed, and Chromium with the pipe between the two.
package Browser;

use v5.36;

use Fake       qw(slurp spew);
use File::Temp ();
use HTTP::Tiny ();
use JSON::PP   ();
use POSIX      qw(WNOHANG);
use Real       qw(adopt_orphans comes_true);
use Test::More;

my $OWNER = $$;
my @running;

# An end by a signal is an end, too.
@SIG{qw(INT TERM)} = (sub { exit 1 }) x 2;    ## no critic (RequireLocalizedPunctuationVars)

# What is missing here, if anything is.
sub missing ($class) {
    return grep { system("command -v $_ >/dev/null") } qw(chromium chromedriver);
}

sub new ($class) {
    my $place = File::Temp->newdir;
    my $self  = bless {place => $place, json => JSON::PP->new->utf8->allow_nonref}, $class;
    adopt_orphans();
    spew("$place/driver");
    push @running, $self;
    $self->{pid} = fork // die "fork: $!";
    _become($place) if !$self->{pid};
    my $port;
    my $heard = sub {
        ($port) = slurp("$place/driver") =~ /successfully on port (\d+)/;
        return $port || waitpid($self->{pid}, WNOHANG) > 0;
    };
    comes_true($heard) && $port or die 'no ChromeDriver: ' . slurp("$place/driver");
    $self->{address} = "http://127.0.0.1:$port";
    $self->{http}    = HTTP::Tiny->new(
        timeout    => $Fake::LIMIT,
        proxy      => undef,
        http_proxy => undef
    );
    $self->_open;
    return $self;
}

sub _become ($place) {
    @ENV{qw(HOME TMPDIR)} = ("$place") x 2;      ## no critic (RequireLocalizedPunctuationVars)
    delete @ENV{grep { /\AXDG_/ } keys %ENV};    ## no critic (RequireLocalizedPunctuationVars)
    open STDIN,  '<',  '/dev/null';
    open STDOUT, '>',  "$place/driver";
    open STDERR, '>&', *STDOUT;
    exec qw(setpriv --pdeathsig KILL -- sh -c), '[ "$PPID" = "$0" ] && exec chromedriver --port=0',
        $OWNER
        or POSIX::_exit(99);
}

# The pages are ours: there is nothing to be kept from, and in a container the sandbox may not come up.
sub _open ($self) {
    my @arguments = qw(--headless --no-sandbox --disable-gpu --disable-dev-shm-usage
        --remote-debugging-pipe);
    my %limit  = map { $_ => 1000 * $Fake::LIMIT } qw(script pageLoad);
    my %wanted = (
        timeouts             => \%limit,
        'goog:chromeOptions' => {args    => [@arguments, "--user-data-dir=$self->{place}/profile"]},
        'goog:loggingPrefs'  => {browser => 'ALL', performance => 'ALL'},
    );
    my $session = $self->_ask('POST', '/session', {capabilities => {alwaysMatch => \%wanted}});
    $self->{session} = "/session/$session->{sessionId}";
    return;
}

# A command of the interface; dies if it fails.
sub _ask ($self, $method, $path, $body = undef) {
    my %request = (headers => {'content-type' => 'application/json'});
    $request{content} = $self->{json}->encode($body) if $body;
    my $answer = $self->{http}->request($method, "$self->{address}$path", \%request);
    die "$method $path: $answer->{status} $answer->{content}\n" if !$answer->{success};
    return $self->{json}->decode($answer->{content})->{value};
}

sub _post ($self, $path, %body) { return $self->_ask('POST', "$self->{session}$path", \%body) }

sub visit ($self, $path) { return $self->_post('/url', url => "file://$path") }

# What the body of a function of JavaScript returns, with these as its arguments.
sub js ($self, $code, @arguments) {
    return $self->_post('/execute/sync', script => $code, args => \@arguments);
}

# A command of the Chrome DevTools Protocol.
sub cdp ($self, $command, %parameters) {
    return $self->_post('/goog/cdp/execute', cmd => $command, params => \%parameters);
}

# The size of what is seen of a page.
sub resize ($self, $width, $height) {
    return $self->cdp(
        'Emulation.setDeviceMetricsOverride',
        width             => $width,
        height            => $height,
        deviceScaleFactor => 1,
        mobile            => JSON::PP::false
    );
}

sub _element ($self, $selector) {
    my $element = $self->_post('/element', using => 'css selector', value => $selector);
    return '/element/' . (values %{$element})[0];
}

sub click ($self, $selector) { return $self->_post($self->_element($selector) . '/click') }

# From the keyboard, in the place of what was there (Ctrl-A, Delete).
sub type ($self, $selector, $text) {
    return $self->press($selector, "\x{e009}a\x{e000}\x{e017}$text");
}

# Keys, as WebDriver names them (https://www.w3.org/TR/webdriver2/#keyboard-actions).
sub press ($self, $selector, $keys) {
    return $self->_post($self->_element($selector) . '/value', text => $keys);
}

# What was logged since it was last asked for: of the browser, or its performance.
sub logged ($self, $type) { return @{$self->_post('/se/log', type => $type)} }

# The addresses that pages asked for, their own among them.
sub requests ($self) {
    my @messages =
        map { $self->{json}->decode($_->{message})->{message} } $self->logged('performance');
    return map { $_->{request}{url} } grep { $_->{documentURL} =~ m{\Afile:} }
        map    { $_->{params} } grep { $_->{method} eq 'Network.requestWillBeSent' } @messages;
}

# All that this process has started. Who has lost its parent becomes a child of it.
sub _children () {
    my @children;
    for my $path (glob '/proc/[0-9]*/stat') {
        my $stat = eval { slurp($path) } // next;
        push @children, $1 if $stat =~ /\A(\d+) [(].*[)] \S (\d+) /s && $2 == $$;
    }
    return @children;
}

# A browser that is asked to ends by itself; nothing is left in any case.
END {
    if ($$ == $OWNER && @running) {
        local ($?, $@) = ($?, $@);    ## no critic (RequireInitializationForLocalVars)
        for my $self (@running) {
            eval { $self->_ask('DELETE', $self->{session}) } if $self->{session};
        }
        comes_true(
            sub {
                my $pid;
                do { $pid = waitpid -1, WNOHANG } while $pid > 0;
                kill 'KILL', _children() if $pid == 0;
                return $pid < 0;
            }
        ) or diag('processes of the browser are left');
    }
}

1;

__END__

=head1 NAME

Browser - Chromium for tests of pages

=head1 SYNOPSIS

    my $browser = Browser->new;
    $browser->visit("$place/page.html");
    is($browser->js('return document.title'), 'copyhang');

=cut
