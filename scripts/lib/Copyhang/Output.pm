# SPDX-License-Identifier: GPL-2.0-only
#
# A file that is either written whole or left as it was.
#
#     my $output = Copyhang::Output->new($path);    # before the run
#     $output->write($text);                        # after it
#
# The text goes to a temporary file in the same folder, which takes the place of the file once it is
# complete. On a full disk the earlier file stays. A device or a pipe is written to as it is.
package Copyhang::Output;

use v5.36;
use Copyhang::Failure qw(bad_input);
use Cwd               ();
use File::Basename    qw(dirname);
use File::Temp        ();
use IO::File          ();

# Refuses at once what could not be written later.
sub new ($class, $path) {
    bad_input("cannot write $path: it is a folder") if -d $path;

    # A link stays one: the file it leads to is replaced.
    my $self = bless {path => -l $path ? Cwd::realpath($path) : $path, name => $path}, $class;
    $self->_temporary if !$self->_is_special;
    return $self;
}

# Of those options that name a file: {name => output}. --json - is standard output.
sub for_options ($class, $option, @names) {
    my %output;
    for my $name (grep { defined $option->{$_} } @names) {
        my $is_stdout = $name eq 'json' && _takes_stdout($option);
        $output{$name} = $is_stdout ? bless {}, $class : $class->new($option->{$name});
    }
    return \%output;
}

sub _takes_stdout ($option) { return ($option->{json} // q{}) eq q{-} }

# Where people are to read then, and whether in colour.
sub for_people ($class, $option) {
    my $out = _takes_stdout($option) ? \*STDERR : \*STDOUT;
    return ($out, -t $out && !length($ENV{NO_COLOR} // q{}));
}

# A device or a pipe is written to, never replaced.
sub _is_special ($self) { return -e $self->{path} && !-f _ }

sub _temporary ($self) {
    my $folder    = dirname($self->{path});
    my $temporary = eval { File::Temp->new(TEMPLATE => '.copyhang-XXXXXXXX', DIR => $folder) };
    return $temporary if $temporary;
    my $reason = -d $folder ? $! : "no folder $folder";
    bad_input("cannot write $self->{name}: $reason");
}

sub write ($self, $text) {    ## no critic (ProhibitBuiltinHomonyms)
    my $path      = $self->{path} // return print $text;
    my $temporary = $self->_is_special ? undef : $self->_temporary;
    my $out       = $temporary // IO::File->new($path, '>') // $self->_failed;
    print {$out} $text and close $out or $self->_failed;
    return if !$temporary;
    Copyhang::Failure->check_signals;
    my @old  = stat $path;
    my $mode = @old ? $old[2] & oct 777 : oct(666) & ~umask;
    chmod $mode, $temporary->filename and rename $temporary->filename, $path or $self->_failed;
    $temporary->unlink_on_destroy(0);
    return;
}

sub _failed ($self) { bad_input("cannot write $self->{name}: $!") }

1;
