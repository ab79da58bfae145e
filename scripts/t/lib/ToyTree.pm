# SPDX-License-Identifier: GPL-2.0-only
package ToyTree;

use v5.36;

use Exporter 'import';
use Fake       qw(case slurp spew);
use FakeGuest  qw(guests image);
use File::Path qw(make_path);
use File::Temp ();

our @EXPORT_OK = qw(toy_tree toy_guests commit git bisect_arguments booted named $CASE);

our $CASE = 'exit_group/sendfile/pty-pipe';

# Makes an "image" of what the file `behaviour` says, unless that is that it cannot be built. Like a
# kernel's, it does not make anew the part that seems to be up to date.
my $MAKEFILE = <<'MAKE';
tinyconfig:
	@mkdir -p $(O) && echo CONFIG_TINY=y > $(O)/.config
olddefconfig:
	@text=$$(grep -v CONFIG_AIO $(O)/.config); printf '%s\n' "$$text" CONFIG_COMPLETED=y > $(O)/.config
bzImage: image = arch/x86/boot/bzImage
Image: image = arch/arm64/boot/Image
vmlinux: image = vmlinux
vmlinux bzImage Image:
	@echo 'made for: $(ARCH) $(CROSS_COMPILE)'
	@sed 's/^/configured: /' $(O)/.config
	@if [ -e $(HOLD) ] && grep -q " $$(cat $(HOLD))$$" behaviour; then \
		printf half > $(O)/part; touch $(HOLD).held; sleep FOREVER; fi
	@if grep -q unbuildable behaviour; then echo 'main.c:1:2: error: planted' >&2; exit 1; fi
	@[ $(O)/part -nt header ] || cp header $(O)/part
	@mkdir -p $(dir $(O)/$(image))
	@cat $(O)/part behaviour > $(O)/$(image)
	@echo "  LD      $@"
MAKE

# Boots such an image.
my $PLAN = <<'PLAN';
my ($word, $commit) = slurp($option{'-kernel'}) =~ /behaviour: (\S+) (\d+)/;
open my $booted, '>>', "$folder/booted"; print {$booted} "$commit\n"; close $booted;
my $is_again = slurp("$folder/booted") =~ /^$commit\n$commit\n\z/m;
$word = $is_again ? $2 : $1 if $word =~ /(\w+)-then-(\w+)/;
if ($word eq 'panic') { console('Kernel panic - not syncing: planted'); exit 0 }
hello();
if (-e "$folder/hold" && slurp("$folder/hold") == $commit) { open my $held, '>', "$folder/hold.held"; hang() }
for my $id (@ids) {
    started($id);
    my $verdict = $id =~ m{/read_write/} ? ($word eq 'control' ? 'hang' : 'safe') : $word;
    $verdict = 'hang' if $verdict eq 'control';
    channel(($verdict =~ /safe|refused/ ? 'ok ' : 'not ok ') . ++$count . " $id",
        "#   verdict=$verdict", '#   stalled=yes', '#   bystander.stack=planted+0x1/0x2');
}
end();
PLAN

# Commits are made a minute after each other, so that the order is the same each time.
sub git ($tree, @arguments) {
    state $seconds = 1_700_000_000;
    local @ENV{qw(GIT_AUTHOR_DATE GIT_COMMITTER_DATE)} = ('@' . ($seconds += 60) . ' +0000') x 2;
    open my $out, '-|', 'git', '-C', $tree, '-c', 'user.name=T', '-c', 'user.email=t@example.org',
        @arguments
        or die "git: $!";
    chomp(my @lines = <$out>);
    close $out or die "git @arguments failed";
    return wantarray ? @lines : $lines[0];
}

# A git repository with a commit for each of these behaviours, a word each. $hold: a file; the build of
# the commit whose number it has is held up. Returns the folder and the commits.
sub toy_tree ($hold, @behaviours) {
    my $tree = File::Temp->newdir;
    git($tree, qw(init --quiet --initial-branch=main));
    spew("$tree/Makefile", "HOLD = $hold\n", $MAKEFILE =~ s/FOREVER/$Fake::FOREVER/r);
    spew("$tree/$_", "planted\n") for qw(Kbuild Kconfig);
    image("$tree", 'header');
    my @commits = map { commit("$tree", $_, $behaviours[$_]) } 0 .. $#behaviours;
    return ($tree, @commits);
}

# What has copyhang look for the first bad of the commits.
sub bisect_arguments ($tree, $good, $bad, @more) {
    return ['bisect', '--case', $CASE, '--git', $tree, '--good', $good, '--bad', $bad, @more];
}

sub commit ($tree, $number, $behaviour) {
    make_path("$tree/fs");
    spew("$tree/behaviour", "behaviour: $behaviour $number\n");
    spew("$tree/fs/file",   "$number\n") if $number % 2;
    git($tree, qw(add --all));
    git($tree, qw(commit --quiet --message), "Commit $number of the toy");
    return git($tree, qw(rev-parse HEAD));
}

# What stands for the commits of a tree in golden files.
sub named (@commits) {
    return map {
        ($commits[$_] => "COMMIT-$_", substr($commits[$_], 0, 12) => sprintf 'commit-%05d', $_)
    } 0 .. $#commits;
}

# As of FakeGuest; `hold` in the emulator's folder holds up the guest of a commit.
sub toy_guests () {
    return guests([case ($CASE, 'safe'), case ($CASE =~ s/sendfile/read_write/r, 'safe')], $PLAN);
}

# The numbers of the commits that the emulator has booted, in that order.
sub booted ($emulator) {
    return -e "$emulator/booted" ? split /\n/, slurp("$emulator/booted") : ();
}

1;

__END__

=head1 NAME

ToyTree - for the tests: a "kernel" tree that builds in no time, and an emulator that boots it

=head1 SYNOPSIS

    my ($tree, @commits) = toy_tree('/nowhere', qw(refused refused unbuildable hang));
    my ($programs, $emulator) = toy_guests();
    local $ENV{PATH} = "$emulator:$ENV{PATH}";

=head1 DESCRIPTION

A behaviour is the verdict of C<$CASE>, or C<unbuildable>, C<panic> (when booted), or C<control>: the
control hangs as well. Two with C<-then-> between are what the first boot does, and the next one. The
log of a build has its configuration, a line C<configured: > each; the toy's F<olddefconfig> takes
C<CONFIG_AIO> out and adds C<CONFIG_COMPLETED>.

=cut
