# SPDX-License-Identifier: GPL-2.0-only
package KernelSource;

use v5.36;

use Exporter 'import';
use Fake       qw(slurp spew);
use File::Find ();
use ToyTree    qw(git);

our @EXPORT_OK = qw(source source_tree refuse_pipes panic);

# What is large, and of no use to a small kernel but for the files that make and kconfig read.
my $LARGE = qr{\A(?:Documentation|LICENSES|rust|samples|sound|arch/(?!arm64/|um/|x86/)[^/]+
    |arch/arm64/boot/dts
    |drivers/(?:gpu|infiniband|media|net/ethernet|net/wireless|pinctrl|scsi|staging|usb)
    |tools/(?:perf|power|testing))/}x;
my $READ = qr{(?:\A|/)(?:Kconfig|Makefile|Kbuild)[^/]*\z|[.]include\z};

# In do_sendfile(), and nowhere else in its file, whatever else is around it in a release.
our $TO_PIPE = qr/splice_file_to_pipe\([^;]*\)/;

# The distribution's; undef if there is none.
sub source () { return (reverse sort glob '/usr/src/linux-source-*.tar.xz')[0] }

# A repository of it in a folder that is not there yet, with one commit, without what takes room and
# is not needed. Returns the folder.
sub source_tree ($archive, $folder) {
    mkdir $folder;
    system('tar', '-xf', $archive, '-C', $folder, '--strip-components=1') == 0
        or die "cannot unpack $archive";
    File::Find::find(
        {
            no_chdir => 1,
            wanted   => sub {
                my $path = s{\A\Q$folder\E/}{}r;
                unlink $_ if !-d && $path =~ $LARGE && $path !~ $READ;
            }
        },
        $folder
    );
    git($folder, qw(init --quiet --initial-branch=main));
    git($folder, qw(config core.compression 0));
    git($folder, qw(add --all --force));
    git($folder, qw(commit --quiet --message), 'The source as it comes');
    return $folder;
}

# What a commit does to the text of fs/read_write.c, and to that of init/main.c.
sub refuse_pipes ($text) {
    $text =~ s{retval = ($TO_PIPE);}{retval = -EINVAL; /* $1 */} or die 'no such do_sendfile';
    return $text;
}

sub panic ($text) {
    $text =~ s/(kernel_init\(void \*unused\)\n\{\n)/$1\tpanic("planted: it does not boot");\n/
        or die 'no such kernel_init';
    return $text;
}

1;

__END__

=head1 NAME

KernelSource - for the tests: a repository of a real kernel's source, and what is done to it

=head1 SYNOPSIS

    my $tree = source_tree(source(), "$place/tree");

=cut
