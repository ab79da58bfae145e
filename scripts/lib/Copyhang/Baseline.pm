# SPDX-License-Identifier: GPL-2.0-only
#
# What is expected of the cases of a kernel, recorded from an earlier run, and what differs from it.
#
# A file is as copyhang-run(1) describes it under BASELINES. Of several kernels there is a folder of
# them: debian-6.1.json is what is expected of debian:6.1, debian-6.1-ppc64el-64k.json of
# debian:6.1/ppc64el where its pages have 64 KiB, and git-linux-v6.1.json of git:../linux@v6.1. It is compact: one line for all cases of
# a product (Copyhang::Product), such as close,exit_group/sendfile,splice/pty,unix-pipe. Of the
# kernel it also has a digest of its configuration, and the options that the cases depend on.
package Copyhang::Baseline;

use v5.36;
use Copyhang::Case    ();
use Copyhang::Failure qw(bad_input);
use Copyhang::Output  ();
use Copyhang::Paths   ();
use Copyhang::Product qw(group product_of products);
use Cpanel::JSON::XS  ();
use Digest::SHA       ();

# What of a configuration has to do with the cases.
my @OPTIONS = qw(
    AIO EPOLL EVENTFD FUSE_FS INOTIFY_USER IO_URING NET PREEMPT PREEMPT_RT PREEMPT_DYNAMIC TIMERFD
    TTY UNIX98_PTYS UNIX USERFAULTFD
);

sub read ($class, $path) {    ## no critic (ProhibitBuiltinHomonyms)
    my $self     = bless {path => $path}, $class;
    my $text     = Copyhang::Paths->contents($path) // $self->_bad($!);
    my $document = eval { Cpanel::JSON::XS->new->utf8->decode($text) }
        // $self->_bad('not JSON: ' . $@ =~ s/ at \S+ line \d+[.]?\s*\z//r);
    $self->_bad('not a baseline: no "schema"') if ref $document ne 'HASH' || !$document->{schema};
    $self->_bad("schema $document->{schema} is not known, only 1") if $document->{schema} ne '1';
    $self->_bad('no "cases"') if ref $document->{cases} ne 'HASH';
    for my $product (sort keys %{$document->{cases}}) {
        my $verdict = $document->{cases}{$product} // 'null';
        $self->_bad("$product: no verdict to expect: $verdict")
            if !Copyhang::Case->says_something($verdict);
        for my $id (product_of($product)) {
            $self->_bad("$id: there twice") if exists $self->{expected}{$id};
            $self->{expected}{$id} = $verdict;
        }
    }
    my $release = ref $document->{kernel} eq 'HASH' ? $document->{kernel}{release} : undef;
    $self->{title} = $path . (defined $release ? " (Linux $release)" : q{});
    return $self;
}

# What is expected of a kernel; undef if nothing was recorded.
sub of_kernel ($class, $folder, $name, $page_size = undef) {
    my $path = _path($folder, $name, $page_size);
    return -e $path ? $class->read($path) : undef;
}

# The page size is in KiB; most have 4.
sub _path ($folder, $name, $page_size) {
    my $base = $name =~ /\Adebian:/ ? $name : $name =~ s{\A(git:)[^@]*/|.*/}{$1 // q{}}er;
    $base .= "-${page_size}k" if ($page_size // 4) != 4;
    return "$folder/" . ($base =~ s/[^\w.~+-]/-/gr) . '.json';
}

sub _bad ($self, $reason) {
    bad_input("baseline $self->{path}: " . $reason =~ s/\s+/ /gr);
}

sub expect ($self, $case) {
    my $expected = $self->{expected}{$case->{id}};
    $case->expect($expected) if defined $expected;
    return;
}

# ([id, verdict]...) of all that is recorded.
sub expected ($self) {
    return map { [$_, $self->{expected}{$_}] } sort keys %{$self->{expected}};
}

# What the cases of a result did (see Copyhang::Matrix::Results) is what is expected from now on, as
# text: compact, and with the configuration, if the kernel was one in a guest, which has a name.
sub text ($class, $result) {
    my %verdict;
    for my $same (group('verdict', grep { $_->is_known } @{$result->{cases}})) {
        my @ids = sort map { $_->{id} } @{$same};
        $verdict{$_} = $same->[0]{verdict} for defined $result->{name} ? products(@ids) : @ids;
    }
    my %kernel =
        map { $_ => $result->{$_} } grep { exists $result->{$_} } qw(name release version machine);
    $kernel{configuration} = _configuration($result->{config}) if defined $result->{config};
    my $json  = Cpanel::JSON::XS->new->canonical->ascii->allow_nonref;
    my $lines = join ",\n",
        map { '  ' . $json->encode($_) . ': ' . $json->encode($verdict{$_}) } sort keys %verdict;
    my $kernel = $json->encode(\%kernel);
    return qq({"schema": 1,\n "kernel": $kernel,\n "cases": {\n$lines\n }}\n);
}

# Records those results that are complete.
sub record ($class, $folder, @results) {
    for my $result (grep { $_->{outcome} eq 'complete' } @results) {
        Copyhang::Output->new(_path($folder, @{$result}{qw(name page_size)}))
            ->write($class->text($result));
    }
    return;
}

# A digest of all options, and those of interest as they are set.
sub _configuration ($path) {
    my %set = map { /\ACONFIG_(\w+)=(.*)/ ? ($1 => $2) : () } Copyhang::Paths->lines($path);
    return {
        digest  => Digest::SHA::sha256_hex(join q{}, map { "$_=$set{$_}\n" } sort keys %set),
        options => {map { $_ => $set{$_} // 'n' } @OPTIONS},
    };
}

# What differs from it in a result: the sum, a sentence, and [id, what became of it]... Where the
# selection is whole, what is not there any more differs, too.
sub compare ($self, $result, $selection) {
    my @cases    = @{$result->{cases}};
    my @recorded = grep                        { defined $_->{expected} } @cases;
    my @changed  = grep                        { $_->is_changed } @recorded;
    my @not_now  = grep                        { !$_->is_known } @recorded;
    my %there    = map                         { $_->{id} => 1 } @cases;
    my @gone     = $selection->is_whole ? grep { !$there{$_} } sort keys %{$self->{expected}} : ();
    my $sum = join ', ', @recorded - @changed - @not_now . ' as expected', @changed . ' changed',
        @not_now . ' could not be compared', @cases - @recorded . ' new';
    return (
        "Against $self->{title}: $sum.",
        (map { [$_->{id}, "expected $_->{expected}, now $_->{verdict}"] } @changed),
        (
            map { [$_->{id}, "expected $_->{expected}, could not be compared: " . _why($_)] }
                @not_now
        ),
        (map { [$_, 'expected, but no longer a case'] } @gone),
    );
}

sub _why ($case) {
    return $case->{verdict} . (defined $case->{reason} ? " ($case->{reason})" : q{});
}

# Of several kernels: [a line for each thing that differs from a kernel's baseline], and [one for each
# kernel]; both empty without any baseline. $results: of Copyhang::Matrix::Results.
sub lines ($class, $results) {
    my (@lines, @sums);
    for my $result (grep { $_->{baseline} } $results->results) {
        my ($sum, @differences) = $result->{baseline}->compare($result, $results->selection);
        for my $same (group(sub ($difference) { $difference->[1] }, @differences)) {
            push @lines,
                map { "$result->{name} $_: $same->[0][1]" } products(map { $_->[0] } @{$same});
        }
        push @sums, "$result->{name}: $sum";
    }
    push @sums,
        map { "$_->{name}: nothing is recorded for it" } grep { !$_->{baseline} } $results->results
        if @sums;
    return (\@lines, \@sums);
}

1;
