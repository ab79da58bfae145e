# SPDX-License-Identifier: GPL-2.0-only
#
# One case on what is checked out in a kernel tree.
package Copyhang::Bisect::Commit;

use v5.36;
use Copyhang::Bisect::Build ();
use Copyhang::Bisect::Step  ();
use Copyhang::Cache         ();
use Copyhang::Kernel        ();
use Copyhang::Tool          ();
use Cwd                     ();
use Digest::SHA             qw(sha256_hex);
use File::Spec              ();

my $ABBREVIATED = 12;

# Where what belongs to a tree is kept, by a path that tells it from others.
sub place ($class, $path) {
    return Copyhang::Cache->new->path('trees/' . substr sha256_hex(Cwd::realpath($path)), 0, 16);
}

# $option: tree, build, arch, config, as of the command line.
sub new ($class, $option, $progress) {
    my $tree   = Cwd::realpath($option->{tree}) // $option->{tree};
    my $folder = $option->{build}               // $class->place($tree) . '/build';
    my $build  = Copyhang::Bisect::Build->new(
        tree   => $tree,
        folder => File::Spec->rel2abs($folder),
        arch   => $option->{arch} // 'x86_64',
        config => $option->{config},
    );
    return bless {tree => $tree, build => $build, progress => $progress}, $class;
}

# What $step, a Copyhang::Bisect::Step, sees of what is checked out; besides its subject, the path of the
# log of the build, the options that it lacks, and how long it was built, in seconds. One that cannot be
# built is broken.
sub run ($self, $step) {
    my ($status, $lines) =
        Copyhang::Tool->attempt(['git', '-C', $self->{tree}, qw(log -1 --format=%H%n%s HEAD)]);
    my ($commit, $subject) = $status == 0 ? @{$lines} : ($self->{tree}, undef);
    my $name = _abbreviated($commit =~ s{.*/}{}r);
    my $tell = sub ($words) { $self->{progress}->state_of($name, $words) };
    $tell->('is configured');
    my $built = $self->{build}->run($name, $tell);
    my $seen =
        defined $built->{why}
        ? Copyhang::Bisect::Step->not_booted($built->{why})
        : $step->run(Copyhang::Kernel->find($built->{image}, name => $name));
    return {
        %{$seen},
        case     => $step->case,
        name     => $name,
        identity => $commit,
        subject  => $subject,
        log      => $built->{log},
        lacks    => $built->{lacks},
        built    => $built->{seconds},
    };
}

sub _abbreviated ($commit) {
    return $commit =~ /\A[0-9a-f]{40,}\z/ ? substr $commit, 0, $ABBREVIATED : $commit;
}

1;
