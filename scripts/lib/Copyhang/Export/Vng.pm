# SPDX-License-Identifier: GPL-2.0-only
#
# A script that plays cases in a kernel that virtme-ng boots, and tells a panic from a failure.
package Copyhang::Export::Vng;

use v5.36;
use Copyhang::Failure qw(untestable);
use Copyhang::Paths   ();

my $NAME = 'copyhang-vng';

sub summary ($class) { return 'a script that plays cases in a kernel under virtme-ng' }
sub options ($class) { return qw(output=s) }
sub purpose ($class) { return 'run' }

sub export ($class, $option, @arguments) {
    Copyhang::Command->no_more(\@arguments, 'the script itself takes kernels and cases');
    require Copyhang::Output;
    my $path     = $option->{output} // $NAME;
    my $output   = Copyhang::Output->new($path);
    my $template = Copyhang::Paths->fixture("vng/$NAME");
    my $program  = Cwd::abs_path(Copyhang::Paths->cases);
    untestable("$program: no script can have this path") if $program =~ /'/;
    my $text = Copyhang::Paths->contents($template) // untestable("cannot read $template: $!");
    $output->write($text =~ s/\@PROGRAM\@/$program/r);
    chmod oct 755, $path;
    print "$path\n";
    return 0;
}

1;
