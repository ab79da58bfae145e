# SPDX-License-Identifier: GPL-2.0-only
#
# Builds a small kernel in which the cases can be played.
#
# Out of the tree, with the kernel's own tinyconfig, what fixtures/kernel.config and
# fixtures/kernel-ARCH.config set besides, and its olddefconfig. What has been built earlier in the
# same folder is used, and ccache(1), where there is one. CC names the compiler (gcc); for another
# architecture than this machine's it is Debian's cross compiler.
#
# There is no limit in time. When this program ends, make and all that it has started end, too; what
# they have written is removed before the next build: make takes half of a file for a whole one.
package Copyhang::Tree::Build;

use v5.36;
use Copyhang::Architecture ();
use Copyhang::Failure      qw(bad_input untestable);
use Copyhang::Limits       ();
use Copyhang::Lock         ();
use Copyhang::Output       ();
use Copyhang::Paths        ();
use Copyhang::Tool         ();
use File::Copy             ();
use File::Path             ();
use File::Spec             ();
use List::Util             qw(first);
use Time::HiRes            qw(clock_gettime CLOCK_MONOTONIC);

my $MARK = 'under-way';    # in the folder, as long as make runs

# What is in every kernel tree.
our @TREE = qw(Makefile Kbuild Kconfig);

# By ARCH of the kernel's make: the architecture as Debian calls it, and what may boot.
my %ARCH = (
    x86_64 => ['amd64', 'vmlinux', 'arch/x86/boot/bzImage'],
    um     => ['amd64', 'linux'],
    arm64  => ['arm64', 'arch/arm64/boot/Image'],
);

# The ones that small kernels are built of, and the architecture of such a kernel.
sub names        ($class)        { my @names = sort keys %ARCH; return @names }
sub architecture ($class, $arch) { return $ARCH{$arch}[0] }

# The one of an architecture of Debian's that is no user-mode kernel; undef if there is none.
sub arch_of ($class, $architecture) {
    return first { $_ ne 'um' && $ARCH{$_}[0] eq $architecture } $class->names;
}

# What a kernel is made of besides its source, files. $config: undef, a small kernel.
sub configuration ($class, $arch, $config) {
    return $config // map { Copyhang::Paths->fixture($_) } 'kernel.config', "kernel-$arch.config";
}

# Arguments: tree, folder (made if need be), arch, config (a file; undef: a small kernel). Refuses
# what cannot be built whatever the commit.
sub new ($class, %argument) {
    my $self = bless {%argument, output => "$argument{folder}/$argument{arch}"}, $class;
    $class->check_options($self);
    my $tree = $self->{tree};
    bad_input("$tree is no kernel tree") if grep { !-e "$tree/$_" } @TREE;
    bad_input("$tree has been built in itself: 'make mrproper' there comes first")
        if -e "$tree/.config" || -d "$tree/include/config";
    return $self;
}

# Refuses what cannot be built with, whatever the tree. $option: config, arch.
sub check_options ($class, $option) {
    my $config = $option->{config};
    bad_input("--config $config: " . (-e $config ? 'not a file' : 'no such file'))
        if defined $config && !-f $config;
    for my $tool (_compiler($option->{arch} // 'x86_64'), qw(make flex bison bc)) {
        bad_input("no $tool here, which building a kernel takes") if !Copyhang::Tool->find($tool);
    }
    return;
}

# That of the triplet stands for all of its tools.
sub _triplet ($arch) {
    my $architecture = $ARCH{$arch}[0];
    return if $architecture eq Copyhang::Architecture->host;
    return Copyhang::Architecture->triplet($architecture);
}

sub _compiler ($arch) {
    my $triplet = _triplet($arch) // return $ENV{CC} // 'gcc';
    return "$triplet-gcc";
}

# What boots of an output folder, of those that are there, relative to it.
sub images ($class, $arch, $output) {
    my (undef, @images) = @{$ARCH{$arch}};
    return grep { -e "$output/$_" } @images;
}

# ({log, built => seconds, lacks => [options that the cases want]}, the folder for Copyhang::Kernel,
# why it has none or undef). $name: of the log; $tell: code($words) for what is under way.
sub run ($self, $name, $tell) {
    my $began = clock_gettime(CLOCK_MONOTONIC);
    File::Path::make_path($self->{output}, "$self->{folder}/logs", {error => \my $errors});
    bad_input('cannot make ' . join ': ', %{$errors->[0]}) if @{$errors};
    my $log = $self->{log} = "$self->{folder}/logs/$name.log";
    open $self->{out}, '>', $log or bad_input("cannot write $log: $!");
    $self->{out}->autoflush;
    @{$self}{qw(tell mark)} = ($tell, $self->_begin);

    # One of an earlier commit must not be booted where this one does not come up. (Make sees to
    # vmlinux.)
    unlink map { "$self->{output}/$_" }
        grep { $_ ne 'vmlinux' } map { $_->@[1 .. $#{$_}] } values %ARCH;
    my $why = $self->_configure;
    my %set = map { $_ => 1 } _lines("$self->{output}/.config");
    my ($image, $other) = $ARCH{$self->{arch}}->@[1, 2];
    $image = $other if defined $other && !$set{'CONFIG_PVH=y'};
    $why //= $self->_make($image =~ s{.*/}{}r);
    unlink "$self->{output}/$MARK";
    my @lacks = map { s/=.*//r } grep { /=/ && !$set{$_} } $self->_wanted;
    my $built = clock_gettime(CLOCK_MONOTONIC) - $began;
    return ({log => $log, lacks => \@lacks, built => $built}, $self->{output}, $why);
}

# Removes what a build wrote that was cut off. The mark is locked by all that a build has started.
sub _begin ($self) {
    my $path  = "$self->{output}/$MARK";
    my $since = (stat $path)[9];
    my $mark  = Copyhang::Lock->take($path, $Copyhang::Limits::BUILD)
        // untestable("another build goes on in $self->{output}");
    if (defined $since) {
        my @written = (qw(! -type d -newermt), '@' . ($since - 1), '!', '-name', $MARK);
        Copyhang::Tool->run('clear a build', ['find', $self->{output}, @written, '-delete']);
    }
    utime undef, undef, $mark;
    return $mark;
}

# The kernel's own defaults for whatever is not said, at each commit anew: what its configuration is
# must not depend on the commits before. Returns why it failed, as _make does.
sub _configure ($self) {
    my ($path, $config) = ("$self->{output}/.config", $self->{config});
    if (defined $config) {
        File::Copy::copy($config, $path) or bad_input("cannot copy $config to $path: $!");
    }
    else {
        my $why = $self->_make('tinyconfig');
        return $why if defined $why;
        my $text = join "\n", _lines($path), $self->_wanted, q{};
        Copyhang::Output->new($path)->write($text);
    }
    return $self->_make('olddefconfig');
}

# Lines as of a .config.
sub _wanted ($self) {
    return grep { /\A(?:# )?CONFIG_\w+(?:=| is not set)/ }
        map { _lines($_) } $self->configuration($self->{arch}, undef);
}

sub _lines ($path) { return split /\n/, Copyhang::Paths->contents($path) // q{} }

# Returns why it failed; undef if it did not.
sub _make ($self, $target) {
    my ($out, $output, $arch, $tree) = @{$self}{qw(out output arch tree)};
    my $compiler = join q{ }, Copyhang::Tool->find('ccache') ? 'ccache' : (), _compiler($arch);
    my $cpus     = Copyhang::Tool->cpus;
    my $triplet  = _triplet($arch);

    # What is of one build folder is found again from another one.
    local $ENV{CCACHE_BASEDIR}   = $self->{folder} =~ s{/[^/]+\z}{}r;
    local $ENV{CCACHE_NOHASHDIR} = 1;

    # The kernel's make does not pass LC_ALL on.
    delete local @ENV{qw(MAKEFLAGS MFLAGS KCONFIG_ALLCONFIG KCONFIG_CONFIG),
        grep { /\ALC_/ } keys %ENV};
    local $ENV{LANG} = 'C';
    my @make = (qw(make --no-print-directory), "-j$cpus", '-C', $tree, $target);
    push @make, "O=$output", "ARCH=$arch", "CC=$compiler", 'LOCALVERSION=';
    push @make, "CROSS_COMPILE=$triplet-" if defined $triplet;
    my ($status) = Copyhang::Tool->attempt(
        \@make,
        on_line => sub ($line) {
            print {$out} "$line\n";
            $self->{tell}->("builds $1") if $line =~ /\A  [A-Z]+ +(\S+)\z/;
        },
        on_noise => sub ($text) { print {$out} $text },
        keep     => [$self->{mark}],
        dies_by  => 'GROUP',
        silence  => undef,
    );
    return if defined $status && $status == 0;
    return $self->_why($target);
}

# The first error in the log, or its end.
sub _why ($self, $target) {
    my @lines = grep { /\S/ } _lines($self->{log});
    bad_input("cannot build in $self->{output}: no space left on the device")
        if grep { /No space left on device/ } @lines;
    my ($line) = ((grep { /\berror:/i } @lines), (grep { /[*][*][*]/ } @lines), $lines[-1] // q{});
    my ($here, $from_there) = ($self->{tree}, File::Spec->abs2rel(@{$self}{qw(tree output)}));
    return "make $target failed: " . ($line =~ s{(?:\Q$here\E|\Q$from_there\E)/}{}gr =~ s/\s+/ /gr);
}

1;
