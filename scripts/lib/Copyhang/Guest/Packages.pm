# SPDX-License-Identifier: GPL-2.0-only
#
# Packages of Debian for a guest, of its architecture, with all that they depend on.
#
# They are unpacked in the cache, and nothing is installed: what a package does when it is installed
# is not done, such as links of /etc/alternatives. Documentation and translations are left out. /bin,
# /lib and /sbin are links into /usr, as on every machine with Debian by now: some packages rely on it.
package Copyhang::Guest::Packages;

use v5.36;
use Copyhang::Apt              ();
use Copyhang::Cache            ();
use Copyhang::Failure          qw(bad_input);
use Copyhang::Guest::Initramfs ();
use Copyhang::Tool             ();
use File::Path                 qw(make_path remove_tree);
use List::Util                 qw(first);

my $ROOM    = 200;                      # MB that a guest has for it
my @IN_USR  = qw(bin lib lib64 sbin);
my @NO_USE  = map { "usr/share/$_" } qw(doc info lintian locale man);
my @FOLDERS = map { ("/usr/$_", "/$_") } qw(local/bin bin sbin);

# A name as Debian has them; one that ends with - would be a package to be removed.
sub check ($class, @names) {
    my ($odd) = grep { !/\A[a-z\d][a-z\d.+-]*[a-z\d+]\z/ } @names;
    bad_input("--package wants the name of a package, not '$odd'") if defined $odd;
    return;
}

# Unpacks them, unless they are there. $tell->($words) says what is going on.
sub new ($class, $architecture, $tell, @names) {
    my $apt = Copyhang::Apt->new($architecture);
    $apt->update(on_progress => $tell);
    my @packages = $apt->with_dependencies(@names);
    my $cache    = Copyhang::Cache->new;
    my $entry    = "roots/$architecture-"
        . $cache->key(join q{ }, map { "$_->{package} $_->{version}" } @packages);
    $cache->make(
        $entry,
        sub ($folder) {
            make_path("$folder/packages", map { "$folder/root/usr/$_" } @IN_USR);
            symlink "usr/$_", "$folder/root/$_" for @IN_USR;
            $apt->download("$folder/packages", $tell, @packages);
            _unpack("$folder/root", $_) for glob "\Q$folder\E/packages/*.deb";
            remove_tree("$folder/packages", map { "$folder/root/$_" } @NO_USE);
            Copyhang::Guest::Initramfs->archive("$folder/root", "$folder/archive");
        }
    );
    my $path = $cache->path($entry);
    bad_input("packages @names and what they depend on are more than $ROOM MB")
        if (-s "$path/archive") > $ROOM * 2**20;
    return bless {path => $path}, $class;
}

# Through the links, which dpkg-deb(1) itself would put folders in the place of.
sub _unpack ($root, $file) {
    my $script = 'dpkg-deb --fsys-tarfile "$0" >"$0.tar" && exec tar -x -f "$0.tar" -C "$1"'
        . ' --keep-directory-symlink --no-same-owner';
    Copyhang::Tool->run("unpack $file", ['sh', '-c', $script, $file, $root]);
    unlink $file, "$file.tar";
    return;
}

sub archive ($self) { return "$self->{path}/archive" }

# The folder that they are unpacked in, as / of the guest.
sub root ($self) { return "$self->{path}/root" }

# Whether a guest finds this program. What a link leads to is not looked for: it may be absolute.
sub has ($self, $program) {
    my @paths = $program =~ m{/} ? $program : map { "$_/$program" } @FOLDERS;
    return defined first { -l "$self->{path}/root$_" || -f _ } @paths;
}

1;
