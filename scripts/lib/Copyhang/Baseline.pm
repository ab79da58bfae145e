# SPDX-License-Identifier: GPL-2.0-only
#
# What is expected of the cases of a kernel, recorded from an earlier run.
#
#     {"schema": 1,
#      "kernel": {"machine":"x86_64","release":"6.18.44","version":"..."},
#      "cases": {
#       "exit_group/read_write/pty-pipe": "safe",
#       "exit_group/sendfile/pty-pipe": "hang"
#      }}
#
# One case a line, sorted, so that two of them can be compared with diff(1); or in the compact form
# one line for all cases of a product (Copyhang::Product), for example
# close,exit_group/sendfile,splice/pty,unix-pipe. Only verdicts that say something about the kernel
# are recorded: unavailable and broken are nothing to expect.
package Copyhang::Baseline;

use v5.36;
use Copyhang::Case    ();
use Copyhang::Failure qw(bad_input);
use Copyhang::Product qw(product_of products);
use Cpanel::JSON::XS  ();

sub read ($class, $path) {    ## no critic (ProhibitBuiltinHomonyms)
    my $self = bless {path => $path}, $class;
    my $text = do {
        open my $in, '<', $path or $self->_bad($!);
        local $/ = undef;
        <$in> // $self->_bad($!);
    };
    my $document = eval { Cpanel::JSON::XS->new->utf8->decode($text) }
        // $self->_bad('not JSON: ' . $@ =~ s/ at \S+ line \d+[.]?\s*\z//r);
    $self->_bad('not a baseline: no "schema"') if ref $document ne 'HASH' || !$document->{schema};
    $self->_bad("schema $document->{schema} is not known, only 1") if $document->{schema} ne '1';
    $self->_bad('no "cases"') if ref $document->{cases} ne 'HASH';
    for my $product (sort keys %{$document->{cases}}) {
        my $verdict = $document->{cases}{$product};
        $self->_bad("$product: no verdict to expect: " . ($verdict // 'null'))
            if !defined $verdict || !Copyhang::Case->says_something($verdict);
        for my $id (product_of($product)) {
            $self->_bad("$id: there twice") if exists $self->{expected}{$id};
            $self->{expected}{$id} = $verdict;
        }
    }
    $self->{kernel} = ref $document->{kernel} eq 'HASH' ? $document->{kernel}{release} : undef;
    return $self;
}

sub _bad ($self, $reason) {
    bad_input("baseline $self->{path}: " . $reason =~ s/\s+/ /gr);
}

sub expect ($self, $case) {
    my $expected = $self->{expected}{$case->{id}};
    $case->expect($expected) if defined $expected;
    return;
}

# "FILE (Linux 6.1.0)"
sub title ($self) {
    return $self->{path} . (defined $self->{kernel} ? " (Linux $self->{kernel})" : q{});
}

# The recorded cases among those that are not in @ids.
sub vanished ($self, @ids) {
    my %there = map { $_ => 1 } @ids;
    return grep { !$there{$_} } sort keys %{$self->{expected}};
}

# A baseline as text: what these cases did is what is expected from now on. Compact: a line for
# many cases, else one for each.
sub text ($class, $kernel, $argument, @cases) {
    my %ids;
    push @{$ids{$_->{verdict}}}, $_->{id}
        for sort { $a->{id} cmp $b->{id} } grep { $_->is_known } @cases;
    my %verdict;
    for my $verdict (keys %ids) {
        my @keys = $argument->{compact} ? products(@{$ids{$verdict}}) : @{$ids{$verdict}};
        @verdict{@keys} = ($verdict) x @keys;
    }
    my $json = Cpanel::JSON::XS->new->canonical->ascii->allow_nonref;
    my @lines =
        map { '  ' . $json->encode($_) . ': ' . $json->encode($verdict{$_}) } sort keys %verdict;
    return
          qq({"schema": 1,\n "kernel": )
        . $json->encode($kernel)
        . qq(,\n "cases": {\n)
        . join(",\n", @lines)
        . "\n }}\n";
}

1;
