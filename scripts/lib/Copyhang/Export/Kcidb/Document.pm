# SPDX-License-Identifier: GPL-2.0-only
#
# A document of KCIDB: lists of checkouts, builds, tests, issues and incidents.
#
# A kernel is a checkout and its build, which have the same ids in each run of it. Tests are those
# of this run, told by a digest of its results: written again, they have the same ids. Paths:
# `boot` of a guest, `copyhang` for all cases of a kernel, `copyhang.ACT.STRATEGY.ENDS` for a case.
package Copyhang::Export::Kcidb::Document;

use v5.36;
use Copyhang::Case   ();
use Copyhang::Fault  ();
use Cpanel::JSON::XS ();
use Digest::SHA      qw(sha256_hex);
use Encode           qw(encode_utf8);
use List::Util       qw(first);

my %VERSION = (major => 5, minor => 3);
my $EXCERPT = 16_384;                     # characters; a longer one is no valid document
my $SUITE   = 'copyhang';

# What a status of the whole is made of: that of one of its parts, the first of these.
my @STATUSES = qw(FAIL ERROR MISS PASS DONE SKIP);
my %STATUS   = (
    (map { $_ => 'PASS' } qw(safe refused)),
    (map { $_ => 'FAIL' } qw(hang stuck late spins missed corrupt)),
    unavailable => 'SKIP',
);

# By whose fault something is not as it should be (Copyhang::Fault).
my %FAULT = (
    kernel  => 'FAIL',
    ours    => 'ERROR',
    unknown => 'ERROR',
    lab     => 'MISS',
    user    => 'MISS',
);

# Of a guest that was not complete: what its boot is, and all its cases, where that is not as its fault
# says. Whether a kernel that says nothing more has stopped, or the emulator has, nobody knows.
my %BOOT  = map { $_ => 'PASS' } qw(complete panic wedged lost);
my %WHOLE = map { $_ => 'MISS' } qw(lost boot_failed);

sub new ($class, $origin, $text) {
    return bless {
        origin => $origin,
        run    => substr(sha256_hex($text), 0, 16),
        map { $_ => [] } qw(checkouts builds tests issues incidents)
    }, $class;
}

sub data ($self) {
    my @filled = grep { @{$self->{$_}} } qw(checkouts builds tests issues incidents);
    return {version => \%VERSION, map { $_ => $self->{$_} } @filled};
}

# Undef for what is no results.
sub add ($self, $results) {
    return $self->_bisection($results) if $results->{steps}    && defined $results->{case};
    return                             if !$results->{kernels} && !$results->{cases};
    my @kernels = @{$results->{kernels} // []};
    @kernels = {%{$results->{kernel}}, cases => _named($results), troubles => $results->{troubles}}
        if !@kernels;
    $self->_kernel($_, $kernels[$_]) for 0 .. $#kernels;
    return $self;
}

# Programs that were put to the test: each by its name, of which the id has none.
sub _named ($results) {
    my $command = $results->{command} or return $results->{cases};
    my $usual   = ref $command ? join q{ }, @{$command} : $command;
    return [
        map {
            { %{$_}, strategy => 'exec:' . ($_->{program} // $usual) }
        } @{$results->{cases}}
    ];
}

# --- Kernels and cases ---

sub _kernel ($self, $number, $kernel) {
    my $build   = $self->_build($kernel);
    my $outcome = $kernel->{outcome};
    my $fault   = Copyhang::Fault->of_outcome($outcome);
    my $whole   = $fault ? $WHOLE{$outcome}     // $FAULT{$fault} : undef;
    my $boot    = $BOOT{$outcome // 'complete'} // $FAULT{$fault};
    my %guest   = defined $outcome ? (environment => _environment($kernel)) : ();
    $self->{paths} = {};
    my @statuses =
        map { $self->_case("$number/$_->{id}", $_, {build_id => $build, %guest}, $outcome) }
        @{$kernel->{cases} // []};
    my %why = %{_why($kernel)};
    push @statuses, $FAULT{ours} if @{$kernel->{troubles} // []};
    $whole //= first {
        my $one = $_;
        grep { $_ eq $one } @statuses
    } @STATUSES;
    $self->_test("$number/$SUITE", $SUITE, $whole // 'SKIP', {build_id => $build, %guest, %why});
    return if !defined $outcome;
    my %duration = defined $kernel->{seconds}{boot} ? (duration => $kernel->{seconds}{boot}) : ();
    $self->_test("$number/boot", 'boot', $boot,
        {build_id => $build, %guest, %duration, $boot eq 'PASS' ? () : %why});
    return;
}

# The id of its build.
sub _build ($self, $kernel) {
    my $what  = join q{ }, map  { $kernel->{$_} // q{} } qw(release version machine);
    my $label = join q{ }, grep { defined } 'Linux', @{$kernel}{qw(release version)};
    if (!defined $kernel->{release}) { $what = $label = $kernel->{name} // $what }
    my $commit = ($kernel->{identity} // q{}) =~ /\A([0-9a-f]{40})\z/ ? $1 : undef;
    my $id     = "$self->{origin}:" . substr sha256_hex(encode_utf8($commit // $what)), 0, 16;
    return $id if $self->{known}{$id}++;
    my %same = (id => $id, origin => $self->{origin}, comment => _text($label));
    my %hash = defined $commit ? (git_commit_hash => $commit) : ();
    my %misc =
        map { defined $kernel->{$_} ? ($_ => "$kernel->{$_}") : () } qw(name release version);
    push @{$self->{checkouts}}, {%same, %hash, valid => Cpanel::JSON::XS::true, misc => \%misc};
    my $machine = ($kernel->{machine} // q{}) =~ /\A([a-z0-9_]+)\z/ ? $1 : undef;
    push @{$self->{builds}},
        {
        %same,
        checkout_id => $id,
        misc        => \%misc,
        defined $kernel->{release}                    ? (status       => 'PASS')   : (),
        ($kernel->{outcome} // q{}) eq 'build_failed' ? (status       => 'FAIL')   : (),
        defined $machine                              ? (architecture => $machine) : (),
        };
    return $id;
}

sub _environment ($kernel) {
    my $how = $kernel->{accelerator};
    return {
        comment => 'a guest' . (defined $how ? " under $how" : q{}),
        misc    => {map { defined $kernel->{$_} ? ($_ => $kernel->{$_}) : () } qw(accelerator name)}
    };
}

# Where a guest was not complete, the words for it, and the end of its console.
sub _why ($kernel) {
    my $outcome = $kernel->{outcome} // 'complete';
    my @words   = $outcome eq 'complete' ? () : ($outcome =~ s/_/ /gr, $kernel->{detail} // ());
    my @console = $outcome eq 'complete' ? () : @{$kernel->{console}                     // []};
    my @trouble = @{$kernel->{troubles} // []};
    my %why     = (misc => {troubles => \@trouble});
    @words = @trouble if !@words;
    my $fault = Copyhang::Fault->of_outcome($outcome) // (@trouble ? 'ours' : undef);
    $why{misc}{fault} = $fault                   if $fault;
    $why{comment}     = _text(join ': ', @words) if @words;
    $why{log_excerpt} = _excerpt(@console)       if @console;
    return \%why;
}

# Its status. The reason of one that took its kernel down, or was not played, names that.
sub _case ($self, $name, $case, $more, $outcome) {
    my ($verdict, $reason) = ($case->{verdict}, $case->{reason} // q{});
    my $status = $STATUS{$verdict} // $FAULT{Copyhang::Fault->of_case($case, $outcome) // 'lab'};
    my %told   = map { defined $case->{$_} ? ($_ => $case->{$_}) : () }
        qw(id verdict errno killable stalled act_ms release_ms expected program);
    my %excerpt =
        $status eq 'PASS' ? () : (log_excerpt => _excerpt(_evidence($case)));
    my %number =
        defined $case->{act_ms}
        ? (number => {value => $case->{act_ms} / 1000, unit => 's', prefix => 'metric'})
        : ();
    my $comment = _text(length $reason ? "$verdict: $reason" : $verdict);
    my $path    = $self->_path($name, $case);
    my %facts   = (%{$more}, %excerpt, %number, comment => $comment, misc => \%told);
    $self->_test($name, $path, $status, \%facts);
    return $status;
}

sub _evidence ($case) {
    my $evidence = $case->{evidence} // {};
    my @pairs    = map {
        my $key = $_;
        map { "$key=$_" } ref $evidence->{$key} ? @{$evidence->{$key}} : $evidence->{$key}
    } sort keys %{$evidence};
    my @reason = defined $case->{reason} ? "reason=$case->{reason}" : ();
    return ("verdict=$case->{verdict}", @reason, (map { "step=$_" } @{$case->{steps} // []}),
        @pairs);
}

# Dots part the components; two that would have the same path get a part of a digest.
sub _path ($self, $name, $case) {
    my @parts = (@{$case}{qw(act strategy)}, join q{-}, @{$case}{qw(source sink)});
    my $path  = join q{.}, $SUITE, map { s/[^a-zA-Z0-9_-]+/_/gr } @parts;
    my $id    = join q{/}, @parts;
    $path .= q{-} . substr sha256_hex(encode_utf8($id)), 0, 8
        if ($self->{paths}{$path} //= $id) ne $id;
    return $path;
}

sub _test ($self, $name, $path, $status, $more) {
    my %test = (
        %{$more},
        id     => _text("$self->{origin}:$self->{run}/$name"),
        origin => $self->{origin},
        path   => $path,
        status => $status,
    );
    push @{$self->{tests}}, \%test;
    return $test{id};
}

# --- Bisections ---

# The change is the issue; each kernel that was looked at has it, or has it not.
sub _bisection ($self, $found) {
    my $id = "$self->{origin}:$self->{run}";
    my ($good, $bad) = @{$found}{qw(good bad)};
    my $between = @{$found->{suspects} // []} ? 'between' : 'from';
    my $change  = "$found->{case}: $good->{verdict}, then $bad->{verdict}";
    push @{$self->{issues}},
        {
        id             => $id,
        version        => 1,
        origin         => $self->{origin},
        report_subject => _text($change),
        comment        => _text("$change; $between $good->{name} to $bad->{name}"),
        culprit        => {
            code    => Cpanel::JSON::XS::true,
            tool    => Cpanel::JSON::XS::false,
            harness => Cpanel::JSON::XS::false
        },
        misc => {
            case      => $found->{case},
            last_good => $good->{identity} // $good->{name},
            first_bad => $bad->{identity}  // $bad->{name},
            suspects  => [map { $_->{identity} // $_->{name} } @{$found->{suspects} // []}],
        },
        };
    $self->_step($_, $found, $id) for 0 .. $#{$found->{steps}};
    return $self;
}

sub _step ($self, $number, $found, $issue) {
    my $seen   = $found->{steps}[$number];
    my $build  = $self->_build($seen);
    my $status = $STATUS{$seen->{verdict}} // 'ERROR';
    $status = 'MISS' if defined $seen->{reason};
    my @lines = (@{$seen->{evidence} // []}, @{$seen->{console} // []});
    my $words = defined $seen->{why} ? "$seen->{verdict}: $seen->{why}" : $seen->{verdict};
    my %facts = (
        build_id => $build,
        comment  => _text($words),
        duration => $seen->{seconds} // 0,
        misc     => {id => $found->{case}, map { $_ => $seen->{$_} } qw(verdict answer boots)},
        @lines ? (log_excerpt => _excerpt(@lines)) : (),
    );
    my $case = Copyhang::Case->without_result($found->{case}, 1, q{});    # for its parts
    $self->{paths} = {};
    my $name = "$number/$found->{case}";
    my $test = $self->_test($name, $self->_path($name, $case), $status, \%facts);
    return if $seen->{answer} !~ /\A(?:good|bad)\z/;
    push @{$self->{incidents}},
        {
        id            => "$issue/$number",
        origin        => $self->{origin},
        issue_id      => $issue,
        issue_version => 1,
        test_id       => $test,
        build_id      => $build,
        present => $seen->{answer} eq 'bad' ? Cpanel::JSON::XS::true : Cpanel::JSON::XS::false,
        };
    return;
}

# --- Text ---

# No zero byte may be in any.
sub _text ($text) { return $text =~ tr/\0//dr }

# The beginning has what matters.
sub _excerpt (@lines) {
    my $text = _text(join q{}, map { "$_\n" } @lines);
    return length $text > $EXCERPT ? substr($text, 0, $EXCERPT - 4) . "...\n" : $text;
}

1;
