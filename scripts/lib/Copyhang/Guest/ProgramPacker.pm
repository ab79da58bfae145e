# SPDX-License-Identifier: GPL-2.0-only
#
# Programs for a guest, with what they need to be executed.
#
# pack_program($path) puts a copy of the program under a folder, at the same path: through the same
# symbolic links, and with its mode; and with what PROGRAMS UNDER TEST in copyhang-matrix(1) says.
# Libraries are those that the dynamic linker finds (its option --list, which glibc's and musl's
# have), and the cache in which it looks them up comes along; or, where programs are not this
# machine's, those of Debian's folders for them. pack_all($path) packs a whole folder, too. A linker,
# library or interpreter that is missing is bad input.
package Copyhang::Guest::ProgramPacker;

use v5.36;
use Copyhang::Failure qw(bad_input);
use Copyhang::Tool    ();
use Cwd               ();
use File::Copy        ();
use File::Find        ();
use List::Util        qw(first);

my $ROOM  = 100;                  # MB that a guest has for it
my $TURNS = 40;                   # as many symbolic links as the kernel follows
my $CACHE = '/etc/ld.so.cache';

# What a guest has of its own; of /tmp too, but see fixtures/guest/init.c.
my $THERE = qr{\A/(?:dev|proc|sys|copyhang)(?:/|\z)};

# $root is an empty folder: what will be / in the guest. $from: the folder that is / for what is
# packed, where that is not this machine's.
sub new ($class, $root, $from = undef) {
    return bless {root => $root, from => $from // q{}, size => 0, seen => {}}, $class;
}

sub pack_program ($self, $path) {
    return if $self->{seen}{$path}++;
    my $file  = $self->pack_file($path);
    my @needs = length $self->{from} ? $self->_linked($path, $file) : _needs($path);
    $self->pack_program($_) for @needs;
    return;
}

# A folder with all that is in there, as it is, or a file as a program.
sub pack_all ($self, $path) {
    return -d $path ? $self->pack_data($path) : $self->pack_program($path);
}

# The same, with nothing that they need.
sub pack_data ($self, $path) {
    $self->pack_file($path);
    return if !-d $path;
    my $pack = sub { $self->pack_file($File::Find::name) };
    File::Find::find({wanted => $pack, no_chdir => 1}, Cwd::abs_path($path));
    return;
}

# Under the same path, with the symbolic links on the way there. Returns where these lead.
sub pack_file ($self, $path) {
    my @names = split m{/+}, $path =~ s{\A/+}{}r;
    my $turns = $TURNS;
    my $at    = q{};
    while (defined(my $name = shift @names)) {
        next if $name eq q{.};
        my $here = $name eq q{..} ? $at =~ s{/[^/]*\z}{}r : "$at/$name";
        $self->_pack($here) if $name ne q{..};
        if (defined(my $target = readlink "$self->{from}$here")) {
            bad_input("$path: too many symbolic links") if !$turns--;
            $at = q{}                                   if $target =~ m{\A/};
            unshift @names, grep { length } split m{/+}, $target;
        }
        else { $at = $here }
    }
    return $at;
}

# What is neither a link, a folder nor a file does not come along.
sub _pack ($self, $path) {
    my ($file, $to) = ("$self->{from}$path", "$self->{root}$path");
    return                          if $path =~ $THERE || -l $to || -e $to;
    $self->{size} += (-s _) / 2**20 if -f $file && !-l $file;
    bad_input("$path and what is in the guest by then are more than $ROOM MB")
        if $self->{size} > $ROOM;
    my $is_done =
          -l $file ? symlink(readlink $file, $to)
        : -d $file ? mkdir $to
        : -f _     ? File::Copy::cp($file, $to)
        :            1;
    bad_input("cannot put $path into a guest: $!") if !$is_done;
    return;
}

sub is_elf ($class, $path) {
    open my $in, '<:raw', $path or bad_input("cannot read $path: $!");
    read $in, my $head, 4;
    return $head eq "\x7fELF";
}

# What a file needs to be executed: an interpreter, libraries, or nothing.
sub _needs ($path) {
    open my $in, '<:raw', $path or bad_input("cannot read $path: $!");
    read $in, my $head, 256;
    return _libraries($path)           if $head =~ /\A\x7fELF/;
    return _interpreter($path, $1, $2) if $head =~ /\A#!\s*(\S+)[^\S\n]*([^\n]*)/;
    return;
}

# `#!/usr/bin/env NAME` needs NAME, too.
sub _interpreter ($path, $interpreter, $rest) {
    my @needs = ($interpreter);
    if ($interpreter =~ m{/env\z} && $rest =~ /\A(?:-S\s*)?(?:\w+=\S*\s+)*([^\s-]\S*)/) {
        push @needs, Copyhang::Tool->find($1) // bad_input("$path needs $1, which is not there");
    }
    return map { -e ? $_ : bad_input("$path needs $_, which is not there") } @needs;
}

# Of a program that this machine cannot execute, or of a library: its linker, and what it names. $file:
# the same without links, of which one may be absolute.
sub _linked ($self, $path, $file) {
    my $from    = $self->{from};
    my @command = (qw(readelf --wide --program-headers --dynamic), "$self->{root}$file");
    my @lines   = Copyhang::Tool->run("read $path", \@command);
    my @folders = map { substr $_, length $from } glob "\Q$from\E/lib/*-linux-gnu*";
    my @linkers = map { /Requesting program interpreter: (.*)\]/ } @lines;
    my @names   = map { /\(NEEDED\).*\[(.+)\]/ } @lines;
    my @files   = map {
        my $name = $_;
        (first { _is_there("$from$_") } map { "$_/$name" } @folders) // $name
    } @names;
    my ($missing) = grep { !_is_there("$from$_") } @linkers, @files;
    bad_input("$path needs $missing, which is not there") if defined $missing;
    return (@linkers, @files);
}

# A link may be absolute, and lead on from the root that it is for.
sub _is_there ($path) { return -l $path || -e _ }

# As the program's own dynamic linker finds them; it does not execute the program.
sub _libraries ($path) {
    my ($linker) =
        map { /Requesting program interpreter: (.*)\]/ }
        Copyhang::Tool->run("read $path", ['readelf', '--wide', '--program-headers', $path])
        or return;
    bad_input("$path needs $linker, which is not there") if !-x $linker;

    # What it finds beside itself ($ORIGIN) is beside the file, not beside a link to it.
    my $file = Cwd::abs_path($path);
    my ($status, $lines, $noise) = Copyhang::Tool->attempt([$linker, '--list', $file]);
    bad_input("$path: " . $noise =~ s/\A\Q$file\E: //r =~ s/\n(?=.)/ /gr) if $status;
    my @libraries = map { m{(/.*?)(?: \(0x\w+\))?\z} } map { s/.* => //r } @{$lines};
    return ($linker, @libraries, -e $CACHE ? $CACHE : ());
}

1;
