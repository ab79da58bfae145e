#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
#
# As a plain user in a container: no /dev/fuse, no userfaultfd, and seccomp refuses some calls.
# What is missing is skipped, with its reason; nothing is broken, and all else is as it was.
#
# sample: plays a sample of the cases, since so many three times take minutes

use v5.36;
use FindBin '$Bin';
use lib "$Bin/lib", "$Bin/../lib";
use Copyhang::Paths ();
use File::Copy      qw(copy);
use File::Temp      ();
use Real            qw(program play verdicts some_cases);
use Test::More;

# All strategies and endpoints, and an act that is one of the missing calls.
my @ONLY = some_cases(
    'sample',
    qr{\Aclose_range/read_write/pty-pipe\z},
    map { ('--only', $_) } 'exit_group/*',
    'close_range/*', 'self_kill/*/*-file', 'promise/*'
);
my @PLAIN = qw(setpriv --reuid=65534 --regid=65534 --clear-groups);

# In a mount namespace of its own, which ends with the command.
my $HIDE = <<'SH';
mount --make-rprivate / || exit 125
for device in /dev/fuse /dev/userfaultfd; do
	[ ! -e "$device" ] || mount --bind "$1" "$device" || exit 125
done
shift
exec "$@"
SH

plan skip_all => 'only root can be somebody else' if $> != 0;
my $confine = Copyhang::Paths->programs . '/../../planted/confine';
plan skip_all => 'no program that confines' if !-x $confine;

my $place = File::Temp->newdir;
chmod oct 755, "$place";
my ($program, $confined) = map { copied($_) } program(), $confine;
my $nothing = File::Temp->new(DIR => "$place");

plan skip_all => 'cannot hide devices, or filter calls' if (confined([], 'true'))[0] != 0;

my ($free_status, @free) = play(@PLAIN, $program, @ONLY);
my $free = verdicts(@free);

# As container runtimes do: not permitted, or as if the kernel did not have it.
for my $errno (qw(EPERM ENOSYS)) {
    subtest $errno => sub {
        my @calls = qw(io_uring_setup io_setup userfaultfd copy_file_range close_range);
        my ($status, @cases) = confined([$errno . q{:} . join q{,}, @calls], $program, @ONLY);
        is($status, $free_status, 'the same exit status');
        is_deeply([sort map { $_->{id} } @cases], [sort keys %{$free}], 'all cases');
        is_deeply(
            [
                map  { "$_->{id}: " . ($_->{reason} // q{no reason}) }
                grep { $_->{verdict} eq 'broken' } @cases
            ],
            [],
            'none is broken'
        );
        my @missing = grep { $_->{verdict} eq 'unavailable' } @cases;
        is_deeply([map { $_->{id} } grep { !length($_->{reason} // q{}) } @missing],
            [], 'each that is missing says why');
        my %of = map { $_->{strategy} => 1 } @missing;
        ok($of{$_}, "$_ is") for qw(io_uring_rw io_uring_splice aio_rw);
        is(verdicts(@cases)->{'close_range/read_write/pty-pipe'},
            'unavailable', 'the act is missing if its call is');
        is_deeply(differences($free, @cases), [], 'all that needs none of it is as it was');
    };
}

# What the cases themselves are watched with.
subtest 'no pidfd' => sub {
    my ($status, @cases) = confined(['ENOSYS:pidfd_open'], $program, '--only', 'close/*/pty-pipe');
    ok(@cases > 0, 'there are cases');
    is_deeply([map { $_->{id} } grep { $_->{verdict} eq 'broken' } @cases], [], 'none is broken');
};

done_testing;

# The cases that differ, but for those that may: those that are missing now, and the cascades,
# which fall back.
sub differences ($then, @cases) {
    return [
        map      { "$_->{id}: $_->{verdict}, not $then->{$_->{id}}" }
            grep { $_->{verdict} ne 'unavailable' && $_->{verdict} ne $then->{$_->{id}} }
            grep {
            !grep   { /\Astep=copy_file_range/ }
                map { "$_->[0]=$_->[1]" }
                @{$_->{pairs}}
            } @cases
    ];
}

sub confined ($refused, @command) {
    return play('unshare', '--mount', 'sh', '-c', $HIDE, 'sh', $nothing->filename, @PLAIN,
        $confined, @{$refused}, '--', @command);
}

# A plain user may not go where it was built.
sub copied ($path) {
    my $copy = "$place/" . $path =~ s{.*/}{}r;
    copy($path, $copy) or die "$copy: $!";
    chmod oct 755, $copy or die "$copy: $!";
    return $copy;
}
