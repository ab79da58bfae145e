# SPDX-License-Identifier: GPL-2.0-only
#
# What is expected of each kernel: a folder with a baseline for each.
#
#     my $baselines = Copyhang::Matrix::Baselines->new('fixtures/baselines');
#     my $baseline  = $baselines->baseline('debian:6.1');     # of Copyhang::Baseline, or undef
#     $baselines->record($result);
#
# debian-6.1.json is what is expected of debian:6.1: a baseline as Copyhang::Baseline describes it,
# many cases in one line. It tells which kernel it was recorded from, with a digest of its
# configuration and the options that the cases depend on.
package Copyhang::Matrix::Baselines;

use v5.36;
use Copyhang::Baseline ();
use Copyhang::Failure  qw(bad_input);
use Copyhang::Output   ();
use Digest::SHA        ();

# What of a configuration has to do with the cases.
my @OPTIONS = qw(
    AIO EPOLL EVENTFD FUSE_FS INOTIFY_USER IO_URING NET PREEMPT PREEMPT_RT PREEMPT_DYNAMIC TIMERFD TTY
    UNIX98_PTYS UNIX USERFAULTFD
);

sub new ($class, $folder) {
    bad_input("no folder $folder with baselines") if !-d $folder;
    return bless {folder => $folder}, $class;
}

# debian:6.1 is in debian-6.1.json.
sub path ($self, $name) {
    my $file = $name =~ s{.*/}{}r =~ s/[^\w.~+-]/-/gr;
    return "$self->{folder}/$file.json";
}

# What is expected of a kernel; undef if nothing was recorded.
sub baseline ($self, $name) {
    my $path = $self->path($name);
    return -e $path ? Copyhang::Baseline->read($path) : undef;
}

# Records a result, see Copyhang::Matrix::Results. Returns whether it could be: if it is complete.
sub record ($self, $result) {
    return 0 if $result->{outcome} ne 'complete';
    my %kernel = map { $_ => $result->{$_} } qw(name release version machine);
    $kernel{configuration} = _configuration($result->{config}) if defined $result->{config};
    my $text = Copyhang::Baseline->text(\%kernel, {compact => 1}, @{$result->{cases}});
    Copyhang::Output->new($self->path($result->{name}))->write($text);
    return 1;
}

# A digest of all options, and those of interest as they are set.
sub _configuration ($path) {
    open my $in, '<', $path or bad_input("cannot read $path: $!");
    my %set = map { /\ACONFIG_(\w+)=(.*)/ ? ($1 => $2) : () } <$in>;
    return {
        digest  => Digest::SHA::sha256_hex(join q{}, map { "$_=$set{$_}\n" } sort keys %set),
        options => {map { $_ => $set{$_} // 'n' } @OPTIONS},
    };
}

1;
