# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel that is built here, small, from a revision of a git repository.
#
# Named git:TREE@REV, with the kernel's own name for its architecture, or Debian's, behind a slash.
# It is built as the steps of a bisection are (Copyhang::Tree), in the same worktree and folder, where
# all that another revision left and that is the same is used again. What boots is copied to the
# cache, by the commit and the configuration: the next time nothing is built.
package Copyhang::Kernel::Git;

use v5.36;
use parent 'Copyhang::Kernel';
use Copyhang::Architecture     ();
use Copyhang::Cache            ();
use Copyhang::Failure          qw(bad_input untestable);
use Copyhang::Kernel::Image    ();
use Copyhang::Tree::Build      ();
use Copyhang::Tree::Repository ();
use File::Basename             qw(dirname);
use File::Copy                 ();
use File::Path                 qw(make_path);

sub look_up ($class, $spec) {
    my ($tree, $revision) = _parts($spec);
    my $repository = Copyhang::Tree::Repository->new($tree, $spec);
    my ($arch, $commit) = ('x86_64', $repository->find($revision));
    if (!defined $commit && $revision =~ m{\A(.+)/([^/]+)\z}) {
        my ($rest, $name) = ($1, $2);
        my $built = $class->arch($name);
        ($arch, $commit) = ($built, $repository->find($rest)) if defined $built;
        my @built = Copyhang::Tree::Build->names;
        bad_input("$spec: small kernels are built of @built, not of $name")
            if !defined $built && defined $repository->find($rest);
    }
    bad_input("no commit '$revision' in $tree") if !defined $commit;
    return $class->of_commit($repository, $commit, arch => $arch);
}

# Of `git:TREE@REV`: the folder ends at the first @ that leaves one.
sub _parts ($spec) {
    my $rest  = $spec =~ s/\Agit://r;
    my @words = split /@/, $rest, -1;
    for my $count (1 .. $#words) {
        my ($tree, $revision) = map { join q{@}, @{$_} } [@words[0 .. $count - 1]],
            [@words[$count .. $#words]];
        return ($tree, $revision) if -d $tree && length $revision;
    }
    bad_input("'$spec' is no name of a kernel: git:TREE\@REV[/ARCHITECTURE]") if @words < 2;
    bad_input("$spec: no such folder $words[0]");
}

# What the kernel's make calls it; undef if none is built of it. $name: the same, or as Debian does.
sub arch ($class, $name) {
    return $name if grep { $_ eq $name } Copyhang::Tree::Build->names;
    return Copyhang::Tree::Build->arch_of($name);
}

# %how: arch, config, as of Copyhang::Tree::Build; patches, files that are applied to the commit.
sub of_commit ($class, $repository, $commit, %how) {
    my $arch = $how{arch} // 'x86_64';
    my @files =
        (@{$how{patches} //= []}, Copyhang::Tree::Build->configuration($arch, $how{config}));
    my $text = join "\n", $commit, $arch, $ENV{CC} // 'gcc', q{};
    return bless {
        %how,
        repository   => $repository,
        commit       => $commit,
        arch         => $arch,
        architecture => Copyhang::Tree::Build->architecture($arch),
        entry        => 'git-' . Copyhang::Cache->key($text, @files),
        version      => _version($repository->file($commit, 'Makefile')),
        is_uml       => $arch eq 'um' ? 1 : 0,
    }, $class;
}

# As of its Makefile; a candidate comes before the release.
sub _version (@lines) {
    my %value = map { /\A(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION) *= *(\S+)/ ? ($1 => $2) : () }
        @lines[0 .. ($#lines < 9 ? $#lines : 9)];
    my @numbers = grep { defined } @value{qw(VERSION PATCHLEVEL SUBLEVEL)};
    return @numbers ? join(q{.}, @numbers) . ($value{EXTRAVERSION} // q{}) =~ s/\A-rc/~rc/r : undef;
}

# Not while the cache is locked: a kernel takes minutes.
sub fetch ($self, $tell = sub ($words) { }) {
    return if -d $self->folder;
    my $repository = $self->{repository};
    my ($built, $output, $why) = eval { $self->_build($tell) };
    my $failure = $@;
    $self->{output} = $output;
    $self->SUPER::fetch($tell) if defined $output && !defined $why;
    $repository->let_go;
    die $failure if !defined $output;    ## no critic (RequireCarping)
    return       if !defined $why;
    untestable("$why; the log: $built->{log}");
}

# As run of Copyhang::Tree::Build returns it.
sub _build ($self, $tell) {
    my ($repository, $commit) = @{$self}{qw(repository commit)};
    delete local @ENV{grep { /\AGIT_/ } keys %ENV};
    $tell->('is checked out');
    $repository->check_out($commit);
    $repository->apply($_) for @{$self->{patches}};
    my %where = (tree => $repository->worktree, folder => $repository->place . '/build');
    my $build = Copyhang::Tree::Build->new(%where, %{$self}{qw(arch config)});
    $tell->('is configured');
    my $name = substr $commit, 0, 12;
    return $build->run(@{$self->{patches}} ? "$name-$self->{entry}" : $name, $tell);
}

# The folder looks as the one that it was built in.
sub fill ($self, $folder, $tell) {
    my ($arch, $output) = @{$self}{qw(arch output)};
    for my $file (Copyhang::Tree::Build->images($arch, $output), '.config') {
        make_path(dirname("$folder/$file"));
        File::Copy::cp("$output/$file", "$folder/$file")
            or untestable("cannot copy $output/$file: $!");
    }
    return;
}

# What has been built is as any kernel tree that has.
sub _built ($self) {
    return $self->{built} //= Copyhang::Kernel::Image->look_up($self->folder);
}

sub patches  ($self) { return $self->{patches} }
sub commit   ($self) { return $self->{commit} }
sub identity ($self) { return $self->{entry} }
sub images   ($self) { return $self->_built->images }
sub config   ($self) { return -d $self->folder ? $self->_built->config  : undef }
sub release  ($self) { return -d $self->folder ? $self->_built->release : undef }

# What becomes of a kernel that is not there.
sub absence ($class) { return 'build_failed' }

1;
