# SPDX-License-Identifier: GPL-2.0-only
#
# One case on what is checked out in a kernel tree.
package Copyhang::Bisect::Commit;

use v5.36;
use Copyhang::Bisect::Build      ();
use Copyhang::Bisect::Repository ();
use Copyhang::Kernel             ();
use Copyhang::Tool               ();
use Cwd                          ();
use File::Spec                   ();

# $option: tree, build, arch, config, as of the command line. $step: a Copyhang::Bisect::Step.
sub new ($class, $option, $step) {
    my $tree   = Cwd::realpath($option->{tree}) // $option->{tree};
    my $folder = $option->{build} // Copyhang::Bisect::Repository->place_of($tree) . '/build';
    my $build  = Copyhang::Bisect::Build->new(
        tree   => $tree,
        folder => File::Spec->rel2abs($folder),
        arch   => $option->{arch} // 'x86_64',
        config => $option->{config},
    );
    return bless {tree => $tree, build => $build, step => $step}, $class;
}

# What the step sees; besides its subject, the path of the log of the build, the options that it
# lacks, and how long it was built, in seconds. One that cannot be built is broken.
sub run ($self) {
    my ($tree, $step) = @{$self}{qw(tree step)};
    my ($status, $lines) =
        Copyhang::Tool->attempt(['git', '-C', $tree, qw(log -1 --format=%H%n%s HEAD)]);
    my ($commit, $subject) = $status == 0 ? @{$lines} : $tree;
    my $name = $commit =~ s{.*/}{}r =~ s/\A([0-9a-f]{12})[0-9a-f]{28,}\z/$1/r;
    my $tell = sub ($words) { $step->progress->state_of($name, $words) };
    $tell->('is configured');
    my $built = $self->{build}->run($name, $tell);
    my $seen =
        defined $built->{why}
        ? $step->not_booted($built->{why})
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

1;
