# SPDX-License-Identifier: GPL-2.0-only
#
# The files of a guest: init, the case program, modules.
#
# new($kernel) makes, or finds in the cache, the archive (cpio(1)) with init, the case program and
# those modules of the kernel that fixtures/guest/modules names, with what they need; and those that
# fixtures/guest/modules-demanded names, which are loaded once the kernel asks for them. Where it has
# loop devices what makes file systems comes along (Copyhang::Guest::Makers). With a
# Copyhang::Guest::Payload there are its archives behind that, and its program instead of the case
# program. for_boot adds what the case program is to do in one boot.
package Copyhang::Guest::Initramfs;

use v5.36;
use Copyhang::Cache                ();
use Copyhang::Failure              qw(bad_input untestable);
use Copyhang::Guest::Makers        ();
use Copyhang::Guest::ProgramPacker ();
use Copyhang::Guest::Programs      ();
use Copyhang::Output               ();
use Copyhang::Paths                ();
use Copyhang::Tool                 ();
use File::Copy                     ();
use File::Find                     ();
use File::Temp                     ();
use List::Util                     qw(uniq);

# By the end of a module's name.
my %UNPACKER = (ko => 'cat', xz => 'xz -dcq', zst => 'zstd -dcq', gz => 'gzip -dcq');

my $OURS  = 'copyhang';         # its folder, as in fixtures/guest/init.c
my $CASES = 'copyhang-cases';

# What file systems are made on; only a module may be that.
my $LOOP = 'loop';

# For a kernel, a Copyhang::Kernel that has been fetched. $load may be undef.
sub new ($class, $kernel, $load = undef) {
    my $programs = Copyhang::Guest::Programs->folder($kernel->architecture);
    my %file     = (init => "$programs/copyhang-init", "$OURS/$CASES" => "$programs/$CASES");
    my $modules  = _modules($kernel->modules);
    my ($root, @tools) = _tools($kernel, $modules);
    my $cache = Copyhang::Cache->new;
    my $key   = $cache->key(join "\n", $kernel->images, $kernel->modules // q{});
    my $stats = join "\n", map { join q{ }, $_, (stat)[7, 9] } @{$modules->{files}},
        map { "$root$_" } @tools;
    my $build = $cache->key($stats, @file{sort keys %file});
    my $name  = "guests/$key-$build";
    $cache->make(
        $name,
        sub ($folder) {
            $cache->remove($_) for map { m{(guests/[^/]+)\z} } glob $cache->path("guests/$key-*");
            _make("$folder/initramfs", \%file, $modules, $root, @tools);
        }
    );
    my $path = $cache->path("$name/initramfs");
    open my $base, '<:raw', $path or untestable("cannot read $path: $!");
    my @archives = $load ? $load->archives($kernel->architecture) : ();
    return bless {base => $base, load => $load, archives => \@archives}, $class;
}

# The paths of the modules that the cases need: load => [those that init loads], demand => {what the
# kernel asks for => [...]}, files => [all]. What it has built in, or lacks, is not there.
# (modules.dep is made when a package is installed; it is not in the package.)
sub _modules ($folder) {
    my %path;
    File::Find::find(
        sub { $path{$1 =~ tr/-/_/r} = $File::Find::name if /\A(.+)[.]ko(?:[.]\w+)?\z/ }, $folder)
        if defined $folder;
    local $ENV{PATH} = "$ENV{PATH}:/usr/sbin:/sbin";    # modinfo is there
    my @load   = _in_order(\%path, _names('modules'));
    my %demand = map {
        my $name = $_;
        map { $_ => [_in_order(\%path, $name)] } _aliases($path{$name});
    } _names('modules-demanded');
    return {
        load   => \@load,
        demand => \%demand,
        files  => [uniq @load, map { @{$demand{$_}} } sort keys %demand]
    };
}

sub _names ($list) { return Copyhang::Paths->names_in(Copyhang::Paths->fixture("guest/$list")) }

# Each after those that it needs itself.
sub _in_order ($path, @names) {
    my %left = %{$path};
    my @files;
    my $add = sub ($name) {
        my $file = delete $left{$name} // return;
        my ($needs) = _modinfo('depends', $file);
        __SUB__->($_) for map { tr/-/_/r } split /,/, $needs // q{};
        push @files, $file;
    };
    $add->($_) for @names;
    return @files;
}

sub _modinfo ($field, $file) {
    return Copyhang::Tool->run("read $file", ['modinfo', '-F', $field, $file]);
}

# What a kernel that wants a module may call it.
sub _aliases ($file) {
    return if !defined $file;
    return grep { /\A[\w:-]+\z/ } _modinfo('alias', $file);
}

# Paths of programs that the guest can execute, behind the folder that they are in.
sub _tools ($kernel, $modules) {
    return if !grep { m{/\Q$LOOP\E[.]ko} } @{$modules->{load}};
    return Copyhang::Guest::Makers->programs($kernel->architecture);
}

sub _make ($path, $file, $modules, $from, @tools) {
    my $root = File::Temp->newdir;
    mkdir "$root/$_" or bad_input("cannot make $root/$_: $!") for $OURS, "$OURS/demanded";
    for my $name (keys %{$file}) {
        File::Copy::cp($file->{$name}, "$root/$name")
            or bad_input("cannot copy $file->{$name} to $root/$name: $!");
    }
    my %place = map { $_ => _unpack($_, "$root") } @{$modules->{files}};
    _write("$root/$OURS/modules.txt", @place{@{$modules->{load}}});
    for my $demand (keys %{$modules->{demand}}) {
        _write("$root/$OURS/demanded/$demand", @place{@{$modules->{demand}{$demand}}});
    }
    my $packer = Copyhang::Guest::ProgramPacker->new("$root", $from);
    $packer->pack_program($_) for @tools;
    return __PACKAGE__->archive("$root", $path);
}

# Return: where it is in the guest.
sub _unpack ($module, $root) {
    my ($name, $suffix) = $module =~ m{([^/]+)[.](?:ko|ko[.](\w+))\z};
    my $unpacker = $UNPACKER{$suffix // 'ko'} // untestable("$module: nothing unpacks .$suffix");
    my $place    = "/$OURS/$name.ko";
    Copyhang::Tool->run("unpack $module",
        ['sh', '-c', qq{exec $unpacker <"\$0" >"\$1"}, $module, "$root$place"]);
    return $place;
}

sub _write ($path, @lines) {
    return Copyhang::Output->new($path)->write(join q{}, map { "$_\n" } @lines);
}

# Makes an archive of all that is in the folder $root, behind others: the kernel unpacks them one
# after the other.
sub archive ($class, $root, $path, @others) {
    my $script = 'exec >"$1" && cd "$0" && shift && cat /dev/null "$@"'
        . ' && find . -mindepth 1 | cpio -o -H newc -R 0:0 --quiet';
    return Copyhang::Tool->run("write $path", ['sh', '-c', $script, $root, $path, @others]);
}

# A handle of a file without a name. The case program gets these arguments, and the ids to play.
sub for_boot ($self, $arguments, $ids) {
    my $root = File::Temp->newdir;
    mkdir "$root/$OURS" or bad_input("cannot make $root/$OURS: $!");
    $self->_write_boot("$root", $arguments, $ids);
    my $whole = File::Temp->new;
    $self->archive("$root", "$whole", $self->_base, @{$self->{archives}});
    unlink "$whole";
    return $whole;
}

# The same as files, in the folder $root, which is empty.
sub unpack_for_boot ($self, $root, $arguments, $ids) {
    my $script = 'cd "$0" && exec cpio -i -d -m --quiet <"$1"';
    Copyhang::Tool->run("unpack files of a guest into $root",
        ['sh', '-c', $script, $root, $self->_base]);
    return $self->_write_boot($root, $arguments, $ids);
}

# It may have lost its name by now.
sub _base ($self) { return "/proc/$$/fd/" . fileno $self->{base} }

sub _write_boot ($self, $root, $arguments, $ids) {
    my $load    = $self->{load};
    my @program = $load ? $load->program : "/$OURS/$CASES";
    _write("$root/$OURS/arguments.txt", @program, @{$arguments}, '--ids', "/$OURS/ids.txt");
    _write("$root/$OURS/environment.txt", $load ? $load->environment : ());
    return _write("$root/$OURS/ids.txt", @{$ids});
}

1;
