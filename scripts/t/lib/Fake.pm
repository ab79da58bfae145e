# SPDX-License-Identifier: GPL-2.0-only
package Fake;

use v5.36;

use Cwd ();
use Exporter 'import';
use File::Temp ();
use POSIX      ();

our @EXPORT_OK = qw(programs copyhang start finish slurp spew case);

# Seconds. No wait in a test is longer, unless it says so: it only keeps one from hanging for ever,
# and is many times what a slow and crowded machine takes. That something comes soon is no claim of
# any test; where an end must not be waited for, what would come by itself takes $FOREVER.
our $LIMIT   = 600;
our $FOREVER = 10 * $LIMIT;

# What is to be ended by a signal has to heed it: nohup(1) has SIGHUP ignored, a shell that starts the
# tests in the background SIGINT, and all that they start.
@SIG{qw(INT HUP)} = ('DEFAULT') x 2;    ## no critic (RequireLocalizedPunctuationVars)

my ($SCRIPTS) = Cwd::abs_path(__FILE__) =~ m{(.*)/t/lib/};

my %EVIDENCE = (
    safe => [
        'stalled=yes',
        'act_ms=0.412',
        'control_ms=0.398',
        'limit_ms=150.000',
        'step=read(0, 0x7ffd1000, 131072)=stalled',
        'timeline=stalled:1.204 act:1.911 exit_entered:1.950 ended:2.323',
        'copier=S wait_woken read(0, 0x7ffd1000, 131072) switches:4',
    ],
    refused => ['stalled=no', 'errno=EINVAL'],
    hang    => [
        'stalled=yes',
        'killable=no',
        'act_ms=183.100',
        'release_ms=0.912',
        'control_ms=0.398',
        'limit_ms=150.000',
        'step=copy_file_range(0, 0x0, 1, 0x0, 4194304, 0x0)=EINVAL',
        'step=sendfile(1, 0, 0x0, 4194304)=stalled',
        'timeline=stalled:1.204 act:1.911 exit_entered:1.950 judged:152.000 killed:152.100'
            . ' released:184.111 ended:185.023',
        'bystander=D pipe_release exit_group(0) switches:12',
        'bystander.stack=pipe_release+0x1f/0x120 < __fput+0xe3/0x2a0 < task_work_run+0x59/0x90'
            . ' < do_exit+0x2f1/0xa90 < do_group_exit+0x30/0x80',
        'copier=S wait_woken sendfile(1, 0, 0x0, 4194304) switches:4',
    ],
    unavailable => ['reason=no /dev/fuse'],
    broken      => ['reason=the copy never stalled'],
);

# A line of a program's table: an id, its verdict and what evidence it shows.
sub case ($id, $verdict, @evidence) {
    @evidence = @{$EVIDENCE{$verdict} // ['stalled=yes']} if !@evidence;
    return join "\t", $id, $verdict, @evidence;
}

# A folder of case programs, each of them fake-cases; $play is perl code that takes the place of playing
# all cases.
sub programs ($cases, $play = undef) {
    my $folder = File::Temp->newdir;
    spew("$folder/copyhang-cases", slurp("$SCRIPTS/t/lib/fake-cases"));
    chmod oct 755, "$folder/copyhang-cases";
    spew("$folder/cases.txt", map { "$_\n" } @{$cases});
    my %act = map { m{\A([^/]+)} => 1 } @{$cases};
    symlink 'copyhang-cases', "$folder/$_" for keys %act;
    spew("$folder/copyhang-cases.pl", $play) if defined $play;
    return $folder;
}

# Starts scripts/copyhang in the background; %set changes what is in Copyhang::Limits.
sub start ($folder, $arguments, %set) {
    my %job    = (out => File::Temp->new, err => File::Temp->new);
    my @limits = map { "\$Copyhang::Limits::$_ = $set{$_};" } sort keys %set;
    my $code   = "require Copyhang::Limits; @limits \$0 = shift; do \$0; die \$@";
    $job{pid} = fork // die "fork: $!";
    return \%job if $job{pid};
    $ENV{COPYHANG_PROGRAMS} = "$folder";    ## no critic (RequireLocalizedPunctuationVars)
    open STDOUT, '>&', $job{out};
    open STDERR, '>&', $job{err};
    exec {$^X} $^X, (@limits ? ("-I$SCRIPTS/lib", '-e', $code) : ()), "$SCRIPTS/copyhang",
        @{$arguments}
        or POSIX::_exit(99);
}

# (exit status or "signal N", standard output, standard error)
sub finish ($job) {
    local $SIG{ALRM} = sub { kill 'KILL', $job->{pid} };
    alarm $LIMIT;
    waitpid $job->{pid}, 0;
    alarm 0;
    my $status = $? & 127 ? 'signal ' . ($? & 127) : $? >> 8;
    return ($status, map { slurp($_->filename) } @{$job}{qw(out err)});
}

sub copyhang ($folder, @arguments) {
    return finish(start($folder, \@arguments));
}

sub slurp ($path) {
    open my $in, '<', $path or die "$path: $!";
    local $/ = undef;
    my $text = <$in>;
    close $in or die "$path: $!";
    return $text;
}

sub spew ($path, @text) {
    open my $out, '>', $path or die "$path: $!";
    print {$out} @text;
    close $out or die "$path: $!";
    return;
}

1;

__END__

=head1 NAME

Fake - case programs for the tests, with any verdict one likes

=head1 SYNOPSIS

    my $folder = programs([case('exit_group/splice/pty-pipe', 'hang')]);
    my ($status, $out, $err) = copyhang($folder, 'run', '--verbose');

=cut
