# SPDX-License-Identifier: GPL-2.0-only
#
# The files of a guest: init, the case program, modules.
#
# new($kernel) makes, or finds in the cache, the archive (cpio(1)) with init, the case program and
# those modules of the kernel that fixtures/guest/modules names, with what they need. With a
# Copyhang::Guest::Payload there is its archive behind that, and its program instead of the case
# program. for_boot(\@arguments, \@ids) is a file without a name that has in addition what the case
# program is to do in one boot.
package Copyhang::Guest::Initramfs;

use v5.36;
use Copyhang::Cache   ();
use Copyhang::Failure qw(bad_input untestable);
use Copyhang::Paths   ();
use Copyhang::Tool    ();
use Digest::SHA       qw(sha256_hex);
use File::Copy        ();
use File::Find        ();
use File::Temp        ();

my %UNPACKER = (xz => 'xz', zst => 'zstd', gz => 'gzip');

my $OURS   = 'copyhang';         # its folder, as in fixtures/guest/init.c
my $CASES  = 'copyhang-cases';
my $DIGEST = 16;                 # digits of one
my $CHUNK  = 1 << 20;

# For a kernel, a Copyhang::Kernel that has been fetched. Made once for each kernel and build.
# $load, which may be undef: what a guest has and does besides, a Copyhang::Guest::Payload.
sub new ($class, $kernel, $load = undef) {
    my %self    = (programs => Copyhang::Paths->programs, kernel => $kernel, load => $load);
    my $self    = bless \%self, $class;
    my @modules = $self->_modules;
    my $entry   = 'guests/' . _digest($kernel->images, $kernel->modules // q{});
    my $name    = "$entry-" . $self->_fingerprint(@modules);
    my $cache   = Copyhang::Cache->new;
    my $path    = $cache->path("$name/initramfs");
    $cache->make(
        $name,
        sub ($folder) {
            $cache->remove("guests/$_") for map { m{([^/]+)\z} } glob $cache->path("$entry-*");
            $self->_make($folder, @modules);
        }
    );
    open $self->{base}, '<:raw', $path or untestable("cannot read $path: $!");
    return $self;
}

sub _digest (@parts) { return substr sha256_hex(join "\n", @parts), 0, $DIGEST }

sub _fingerprint ($self, @modules) {
    my $digest = Digest::SHA->new(256);
    $digest->addfile("$self->{programs}/$_", 'b') for ('copyhang-init', $CASES);
    $digest->add(join q{ }, $_, (stat)[7, 9]) for @modules;
    return substr $digest->hexdigest, 0, $DIGEST;
}

# The paths of the modules that the cases need, each after those that it needs itself. What the
# kernel has built in, or lacks, is not there.
sub _modules ($self) {
    my $folder = $self->{kernel}->modules // return;
    my %path;
    File::Find::find(
        sub { $path{$1 =~ tr/-/_/r} = $File::Find::name if /\A(.+)[.]ko(?:[.]\w+)?\z/ }, $folder);
    my $list = Copyhang::Paths->fixture('guest/modules');
    open my $in, '<', $list or untestable("cannot read $list: $!");
    my (%seen, @modules);
    _add($_, \%path, \%seen, \@modules) for grep { length } map { s/#.*//r =~ s/\s+//gr } <$in>;
    return @modules;
}

# modules.dep is made when a package is installed; it is not in the package.
sub _add ($name, $path, $seen, $modules) {
    my $file = $path->{$name};
    return if !defined $file || $seen->{$name}++;
    local $ENV{PATH} = "$ENV{PATH}:/usr/sbin:/sbin";    # modinfo is there
    my ($needs) = Copyhang::Tool->run("read $file", ['modinfo', '-F', 'depends', $file]);
    _add($_, $path, $seen, $modules) for map { tr/-/_/r } split /,/, $needs // q{};
    push @{$modules}, $file;
    return;
}

sub _make ($self, $folder, @modules) {
    my $root = File::Temp->newdir;
    mkdir "$root/$OURS" or bad_input("cannot make $root/$OURS: $!");
    _copy("$self->{programs}/copyhang-init", "$root/init");
    _copy("$self->{programs}/$CASES",        "$root/$OURS/$CASES");
    my @paths = map { _unpack($_, "$root", "$OURS/" . s{.*/|[.]ko.*}{}gr . '.ko') } @modules;
    _write("$root/$OURS/modules.txt", map { "/$_" } @paths);
    $self->archive("$root", "$folder/initramfs");
    return;
}

sub _copy ($from, $to) {
    File::Copy::copy($from, $to) && chmod oct 755, $to or bad_input("cannot copy $from to $to: $!");
    return;
}

sub _unpack ($module, $root, $name) {
    my ($suffix) = $module =~ /[.]ko[.](\w+)\z/;
    if (defined $suffix) {
        my $unpacker = $UNPACKER{$suffix} // untestable("$module: nothing unpacks .$suffix");
        Copyhang::Tool->run("unpack $module",
            ['sh', '-c', 'exec "$0" -dcq <"$1" >"$2"', $unpacker, $module, "$root/$name"]);
    }
    else { _copy($module, "$root/$name") }
    return $name;
}

sub _write ($path, @lines) {
    open my $out, '>', $path or bad_input("cannot write $path: $!");
    print {$out} map { "$_\n" } @lines and close $out or bad_input("cannot write $path: $!");
    return;
}

# Makes an archive of all that is in the folder $root.
sub archive ($class, $root, $path) {
    Copyhang::Tool->run(
        "write $path",
        [
            'sh',  '-c', 'cd "$0" && find . -mindepth 1 | cpio -o -H newc -R 0:0 --quiet >"$1"',
            $root, $path
        ]
    );
    return;
}

# A handle of the whole, for one boot: the kernel unpacks archives one after the other. The case
# program gets these arguments, and the ids to play.
sub for_boot ($self, $arguments, $ids) {
    my $root = File::Temp->newdir;
    mkdir "$root/$OURS" or bad_input("cannot make $root/$OURS: $!");
    my $load    = $self->{load};
    my @program = $load ? $load->program : "/$OURS/$CASES";
    _write("$root/$OURS/arguments.txt",   @program, @{$arguments}, '--ids', "/$OURS/ids.txt");
    _write("$root/$OURS/environment.txt", $load ? $load->environment : ());
    _write("$root/$OURS/ids.txt",         @{$ids});
    my $last = File::Temp->new;
    $self->archive("$root", "$last");
    open my $whole, '+>:raw', undef or bad_input("cannot make a temporary file: $!");

    for my $part ($self->{base}, $load ? $load->archive : (), $last) {
        seek $part, 0, 0;
        while (read $part, my $chunk, $CHUNK) {
            print {$whole} $chunk or bad_input("cannot write to a temporary file: $!");
        }
    }
    $whole->flush or bad_input("cannot write to a temporary file: $!");
    return $whole;
}

1;
