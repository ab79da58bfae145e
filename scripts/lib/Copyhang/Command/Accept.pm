# SPDX-License-Identifier: GPL-2.0-only
#
# The command accept: its options.
package Copyhang::Command::Accept;

use v5.36;
use parent 'Copyhang::Command';
use Copyhang::Failure qw(bad_input);

sub main ($class, @fix) {
    my @own = qw(git=s base=s fix=s only=s@ may-refuse repeat=s no-rates arch=s config=s append=s);
    my $option = $class->options(\@fix, @own, qw(jobs=s json=s no-install));
    for my $name (grep { !defined $option->{$_} } qw(git base fix)) {
        bad_input("--$name is missing; see 'copyhang accept --help'");
    }
    bad_input('--no-rates and --repeat exclude each other')
        if $option->{'no-rates'} && defined $option->{repeat};
    $class->prepare($option, 'bisect');
    require Copyhang::Accept;
    return Copyhang::Accept->new($option, $option->{fix}, @fix)->main;
}

1;
