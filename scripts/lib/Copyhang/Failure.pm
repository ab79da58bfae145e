# SPDX-License-Identifier: GPL-2.0-only
#
# The ways a command ends early.
#
#     use Copyhang::Failure qw(bad_input untestable);
#     bad_input("no case matches '$glob'; 'copyhang list' prints them all");
#     exit Copyhang::Failure->status_of(sub { ... });
#
# bad_input (exit status 2) and untestable (125) throw a failure with a message of one line, which
# status_of prints on standard error; it returns the exit status of the code it calls. Any other
# exception is an internal error: 125. Who catches one itself can ask for its status and message.
#
# Signals: after catch_signals, which comes before anything is started, the first of SIGINT, SIGTERM
# and SIGHUP is only noted, as most places cannot be left at any moment. signalled says which;
# check_signals throws if there was one, and status_of then dies by it. Loads perl-base modules
# only.
package Copyhang::Failure;

use v5.36;
use Exporter 'import';

our @EXPORT_OK = qw(bad_input untestable);

# Who speaks in an error message.
our $Who = 'copyhang';

my $Signal;

sub bad_input  ($message) { die bless {status => 2,   message => $message}, __PACKAGE__ }
sub untestable ($message) { die bless {status => 125, message => $message}, __PACKAGE__ }

sub status  ($self) { return $self->{status} }
sub message ($self) { return $self->{message} }

# Ends the program with a status, for one who has said already why.
sub quit ($class, $status) { die bless {status => $status}, $class }

# Ends it as a command has ended, of which this is the wait status: also by its signal, so that a
# calling shell sees that, and stops its own loop too.
sub end_as ($class, $wait_status) {
    my $signal = $wait_status & 127;
    die bless {status => $signal ? 128 + $signal : $wait_status >> 8, signal => $signal}, $class;
}

sub catch_signals ($class) {
    for my $name (qw(INT TERM HUP)) {
        $SIG{$name} = sub { $Signal //= $name };    ## no critic (RequireLocalizedPunctuationVars)
    }
    return;
}

sub signalled ($class) { return $Signal }

sub check_signals ($class) {
    die bless {status => 125, signal => $Signal}, $class if $Signal;
    return;
}

sub status_of ($class, $code) {
    my $status;
    return $status if eval { $status = $code->(); 1 };
    my $failure = $@;
    if (!ref $failure || !$failure->isa($class)) {
        $failure = {status => 125, message => "internal error: $failure"};
    }
    if ($failure->{signal}) {
        local @SIG{qw(INT QUIT TERM HUP)} = ('DEFAULT') x 4;
        kill $failure->{signal}, $$;
    }
    if (defined $failure->{message}) {
        my $message = $failure->{message} =~ s/\s+\z//r;
        print {*STDERR} "$Who: $message\n";
    }
    return $failure->{status};
}

1;
