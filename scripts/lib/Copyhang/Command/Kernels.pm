# SPDX-License-Identifier: GPL-2.0-only
#
# The command kernels: its options.
package Copyhang::Command::Kernels;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();
use List::Util        qw(uniq);

my $DEBIAN = 'Copyhang::Kernel::Debian';
my %ACTION = (list => \&_list, fetch => \&_fetch, prune => \&_prune);

sub main ($class, @arguments) {
    my $option = $class->options(\@arguments, 'refresh', 'no-install', 'arch=s@');
    my $action = shift @arguments // 'list';
    bad_input("list, fetch or prune, not '$action'; see 'copyhang kernels --help'")
        if !$ACTION{$action};
    $class->prepare($option, 'run', @arguments);
    require Copyhang::Kernel::Debian;
    my @architectures = _architectures(@{$option->{arch} // []});

    # Lists of packages tell nothing of what is built here.
    my @offered = grep { !/\Agit:/ } @arguments;
    my @listed  = $action eq 'prune' || @arguments && !@offered ? () : @architectures;
    Copyhang::Failure->catch_signals;
    my $hold = $action eq 'prune' ? undef : Copyhang::Cache->new->hold;
    my $done = eval {
        for my $architecture (@listed) {
            $DEBIAN->apt($architecture)->update(%{$option}, on_progress => \&_tell);
        }
        $ACTION{$action}->($class, \@architectures, @arguments);
        1;
    };
    _tell(q{});
    return 0 if $done;
    die $@;
}

# This machine's, if none is named.
sub _architectures (@names) {
    Copyhang::Architecture->check(grep { $_ ne 'all' } @names);
    return Copyhang::Architecture->host if !@names;
    return (grep { $_ eq 'all' } @names) ? Copyhang::Architecture->names : uniq @names;
}

# Others than Debian's have a name each.
sub _known ($name) {
    return $name =~ /\Agit:/ ? Copyhang::Kernel->find($name) : $DEBIAN->known($name);
}

sub _list ($class, $architectures, @names) {
    my @kernels =
        @names ? map { _known($_) } @names : map { $DEBIAN->all($_) } @{$architectures};
    my $format = "%-28s %-29s %-22s %-23s %9s %9s\n";
    printf $format, qw(NAME RELEASE VERSION SUITE DOWNLOAD CACHED);
    for my $kernel (@kernels) {
        my @sizes = map { scalar $kernel->$_ } qw(download_size size_in_cache);
        printf $format, (map { scalar $kernel->$_ // q{-} } qw(name release version)),
            join(q{,}, $kernel->suites) || q{-},
            map { defined ? sprintf '%.1f MB', $_ / 1e6 : q{-} } @sizes;
    }
    return;
}

sub _fetch ($class, $architectures, @names) {
    @names = Copyhang::Paths->default_kernels if !@names;
    for my $kernel (map { Copyhang::Kernel->find($_) } @names) {
        $kernel->fetch(sub ($text) { _tell($kernel->name . ": $text") });
        _tell(q{});
        print $kernel->name, q{ }, $kernel->release // q{-}, q{ }, ($kernel->images)[0], "\n";
    }
    return;
}

sub _prune ($class, $architectures, @names) {
    $class->no_more(\@names, 'prune removes all kernels');
    require Copyhang::Tree::Repository;
    my $cache = Copyhang::Cache->new;
    my $trees = $cache->path('trees');
    $cache->alone(
        sub {
            Copyhang::Tree::Repository->remove_worktree($_) for glob "\Q$trees\E/*";
            $cache->remove($_) for qw(kernels guests machines programs sysroots trees unpacked);
        }
    );
    return;
}

# One line that moves, when on a terminal.
sub _tell ($text) { return -t STDERR && print {*STDERR} "\r$text\e[K" }

1;
