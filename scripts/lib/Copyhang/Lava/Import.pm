# SPDX-License-Identifier: GPL-2.0-only
#
# copyhang import lava, after its options have been read: as matrix, of jobs that are over.
#
# A path is the log of a job, or a folder of Copyhang::Lava::Job's with its logs (log*.yaml), or a folder
# of those. Without such a folder nobody knows which cases it were, and the kernel is called by its
# release.
package Copyhang::Lava::Import;

use v5.36;
use parent 'Copyhang::Matrix';
use Copyhang::Failure         qw(bad_input);
use Copyhang::Lava::Job       ();
use Copyhang::Lava::Selection ();
use Copyhang::Lava::Stream    ();
use Copyhang::Paths           ();
use Dpkg::Version             ();
use File::Basename            qw(basename dirname);

sub new ($class, $option, @paths) {
    my $self = bless {option => $option, report => 'Copyhang::Matrix::Report'}, $class;
    $self->check_baselines;
    $self->{output}    = Copyhang::Output->for_options($option, $self->files);
    $self->{jobs}      = [_sorted(map { _jobs($_) } @paths)];
    $self->{selection} = Copyhang::Lava::Selection->new(map { @{$_->{ids}} } @{$self->{jobs}});
    return $self;
}

# ({name, ids, logs => [paths]...}...) below a path.
sub _jobs ($path) {
    bad_input("cannot read $path: there is no such file") if !-e $path;
    return _job(dirname($path), $path)        if !-d $path;
    return _job($path,          _logs($path)) if Copyhang::Lava::Job->read($path);
    my @jobs = map { _job($_, _logs($_)) }
        grep { -d && Copyhang::Lava::Job->read($_) } glob "\Q$path\E/*";
    return @jobs if @jobs;
    bad_input("$path is neither an exported job nor a folder of some");
}

# In the order of their numbers.
sub _logs ($folder) {
    my @logs   = glob "\Q$folder\E/log*.yaml";
    my %number = map { $_ => m{(\d+)[.]yaml\z} ? $1 : 0 } @logs;
    @logs = sort { $number{$a} <=> $number{$b} || $a cmp $b } @logs;
    return @logs;
}

sub _job ($folder, @logs) {
    my $job = Copyhang::Lava::Job->read($folder) // _unknown(@logs);
    delete $job->{config} if defined $job->{config} && !-e $job->{config};
    return {%{$job}, logs => \@logs, lab_says => @logs ? undef : 'there is no log'};
}

# As much as the log itself tells.
sub _unknown ($log) {
    my $text = Copyhang::Paths->contents($log) // bad_input("cannot read $log: $!");
    my ($release) = $text =~ /"\d+ \d+ \@release ([^\s"]+)"/;
    return {name => $release // basename($log), release => $release, ids => [], knows_none => 1};
}

# By version; one name may be there once.
sub _sorted (@jobs) {
    my %version =
        map { $_ => Dpkg::Version->new($_->{version} // $_->{release} // '0', check => 0) } @jobs;
    my %count;
    my @sorted = sort { $version{$a} <=> $version{$b} || $a->{name} cmp $b->{name} } @jobs;
    for my $job (@sorted) {
        $job->{name} .= " ($count{$job->{name}})" if $count{$job->{name}}++;
    }
    return @sorted;
}

sub run ($self) {
    my @jobs     = @{$self->{jobs}};
    my @ids      = $self->{selection}->ids;
    my $progress = Copyhang::Progress->for_cases(scalar @ids, kernels => scalar @jobs);
    my @streams  = map { $self->_stream($progress, $_) } @jobs;
    Copyhang::Harness->play($progress, 1, @streams);
    $self->{selection}->add(map { @{$_->{ids}} } @streams);
    return Copyhang::Matrix::Results->new(map { $_->result } @streams)->with(streams => \@streams);
}

sub _stream ($self, $progress, $job) {
    my ($name, $folder) = ($job->{name}, $self->{option}{baseline});
    my $baseline = defined $folder ? Copyhang::Baseline->of_kernel($folder, $name) : undef;
    return Copyhang::Lava::Stream->new(
        {
            %{$job},
            baseline => $baseline,
            on_case  => sub ($case) { $baseline->expect($case) if $baseline },
            on_state => sub ($words) { $progress->state_of($name, $words) },
        }
    );
}

1;
