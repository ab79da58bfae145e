# SPDX-License-Identifier: GPL-2.0-only
#
# The folder of what was downloaded and unpacked.
#
#     my $cache = Copyhang::Cache->new;
#     $cache->make('kernels/x', sub ($folder) { ... });
#
# $XDG_CACHE_HOME/copyhang, by default ~/.cache/copyhang. Two runs may use it at once: what is there
# is complete and does not change, and only one run at a time adds something (change, which waits
# for the other for a while, and may be nested). Whoever uses kernels, what guests are booted with,
# or the trees of bisections has a hold on the cache until it ends; to remove them is for who is
# alone.
#
# path($name) is the path of something in the cache; the others take such names, too.
package Copyhang::Cache;

use v5.36;
use Copyhang::Failure qw(bad_input untestable);
use Copyhang::Limits  ();
use Copyhang::Lock    ();
use Copyhang::Output  ();
use Copyhang::Paths   ();
use Digest::SHA       ();
use Fcntl             qw(LOCK_EX LOCK_SH F_SETFD);
use File::Path        qw(make_path remove_tree);
use File::Temp        ();

my $NEW = 'new-';    # the beginning of the name of what is not complete

my %Changing;        # the folders that this process is changing, whichever object began to

sub new ($class) {
    my $base = $ENV{XDG_CACHE_HOME} // q{};
    $base = ($ENV{HOME} // (getpwuid $>)[7] // q{}) . '/.cache' if $base !~ m{\A/};
    return bless {folder => "$base/copyhang"}, $class;
}

sub path ($self, $name) { return "$self->{folder}/$name" }

# What names what is made of a text and the contents of files.
sub key ($class, $text, @files) {
    my $digest = Digest::SHA->new(256)->add($text);
    $digest->addfile($_, 'b') for @files;
    return substr $digest->hexdigest, 0, 16;
}

# Runs the code while no other run changes the cache. What such a run left half done is removed.
sub change ($self, $code) {
    return $code->() if $Changing{$self->{folder}};
    my $lock = $self->_lock('lock', LOCK_EX, 'changing');
    local $Changing{$self->{folder}} = 1;
    remove_tree(glob "\Q$self->{folder}\E/$NEW*");
    return $code->();
}

# A handle. Nothing that is in the cache goes away as long as somebody has it: this process, or what
# it started, which may go on for a moment after this process was killed.
sub hold ($self) {
    my $hold = $self->_lock('users', LOCK_SH, 'emptying');
    fcntl $hold, F_SETFD, 0 or untestable("cannot pass a handle on: $!");
    return $hold;
}

sub _lock ($self, $name, $how, $what) {
    my ($folder, $patience) = ($self->make_folder(q{.}), $Copyhang::Limits::CACHE);
    return Copyhang::Lock->take("$folder/$name", $patience, $how)
        // untestable("another run has been $what $self->{folder} for $patience s");
}

# Runs the code while nobody holds what is in the cache; refused where somebody does.
sub alone ($self, $code) {
    my $alone = Copyhang::Lock->take($self->make_folder(q{.}) . '/users', 0)
        // bad_input("another copyhang works with what is in $self->{folder}, and ends first");
    return $self->change($code);
}

sub make_folder ($self, $name) {
    my $path = $self->path($name);
    make_path($path, {error => \my $errors});
    my ($reason) = map { values %{$_} } @{$errors};
    bad_input("cannot make $path: $reason") if $reason;
    return $path;
}

# Makes a folder of the cache, unless it is there: $code fills a new one, which then gets its name.
# Nothing is left of it when the code fails.
sub make ($self, $name, $code) {
    my $path = $self->path($name);
    return if -d $path;
    return $self->change(
        sub {
            return if -d $path;    # another run has made it meanwhile
            my $parent = $self->make_folder($name =~ s{[^/]*\z}{}r);
            my $new    = eval { File::Temp->newdir("${NEW}XXXXXXXX", DIR => $self->{folder}) }
                // bad_input("cannot make a folder in $self->{folder}: $!");
            $code->("$new");
            Copyhang::Failure->check_signals;
            chmod oct(777) & ~umask, "$new";
            rename "$new", $path or bad_input("cannot make $path in $parent: $!");
            $new->unlink_on_destroy(0);
        }
    );
}

sub write_file ($self, $name, $text) {
    $self->make_folder($name =~ s{[^/]*\z}{}r);
    return Copyhang::Output->new($self->path($name))->write($text);
}

# undef if there is none.
sub read_file ($self, $name) { return scalar Copyhang::Paths->contents($self->path($name)) }

sub remove ($self, $name) {
    remove_tree($self->path($name), {error => \my $errors});
    my ($problem) = map { join ': ', %{$_} } @{$errors};
    bad_input("cannot remove $problem") if $problem;
    return;
}

1;
