# SPDX-License-Identifier: GPL-2.0-only
#
# What --json of run, exec, matrix or bisect wrote, as one document of KCIDB, version 5.3.
#
# Kinds of failure stay apart: FAIL is the kernel's, ERROR ours, MISS that of what the cases run on.
package Copyhang::Export::Kcidb;

use v5.36;
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();

sub summary ($class) { return 'results as a document of KCIDB, for KernelCI' }
sub options ($class) { return qw(origin=s output=s) }
sub purpose ($class) { return 'run' }

sub export ($class, $option, @arguments) {
    my $path = shift @arguments // bad_input('no results given: what --json of a command wrote');
    Copyhang::Command->no_more(\@arguments, 'it takes one file of results');
    my $origin = $option->{origin} // 'copyhang';
    bad_input("--origin wants a-z, 0-9 and _, not '$origin'") if $origin !~ /\A[a-z0-9_]+\z/;
    require Copyhang::Export::Kcidb::Document;
    require Copyhang::Output;
    require Cpanel::JSON::XS;

    my $text    = Copyhang::Paths->contents($path) // bad_input("cannot read $path: $!");
    my $results = eval { Cpanel::JSON::XS->new->decode($text) };
    bad_input("$path is nothing that --json writes")
        if ref $results ne 'HASH' || ($results->{schema} // q{}) ne '1';
    my $output   = Copyhang::Output->for_options($option, 'output')->{output};
    my $document = Copyhang::Export::Kcidb::Document->new($origin, $text);
    $document->add($results) // bad_input("$path has no results of run, exec, matrix or bisect");
    my $written = Cpanel::JSON::XS->new->canonical->pretty->ascii->encode($document->data);
    return !($output ? $output->write($written) // 1 : print $written);
}

1;
