# SPDX-License-Identifier: GPL-2.0-only
#
# Gets programs of a survey that are not there: Debian's packages with apt-get, npm's into the cache, and
# ours (fixtures/copy) built into it.
#
#     Copyhang::Survey::Install->install(@programs);    # of Copyhang::Survey
#
# It says what it does on standard error. What a distribution has not is left out, as is what cannot be
# had without a client for it: the survey then skips it.
package Copyhang::Survey::Install;

use v5.36;
use Copyhang::Cache   ();
use Copyhang::Failure qw(bad_input untestable);
use Copyhang::Survey  ();
use Copyhang::Tool    ();
use List::Util        qw(uniq);

sub install ($class, @programs) {
    _build(0, @programs);    # compilers may be there that are no packages
    my @partly   = grep { @{$_->{packages}} > 1 } @programs; # a command may be there, and no module
    my @packages = uniq map { @{$_->{packages}} } _missing(@programs), @partly;
    _debian(grep { !/\Anpm:/ } @packages);
    _npm(map { /\Anpm:(.*)/ ? $1 : () } @packages);
    _build(1, @programs);
    return;
}

sub _missing (@programs) {
    return grep { !Copyhang::Survey::look($_)->{installed} } @programs;
}

sub _say ($text) { return print {*STDERR} "survey: $text\n" }

sub _debian (@names) {
    @names = grep { !_is_installed($_) } @names or return;
    defined Copyhang::Tool->find('apt-get')     or bad_input('--install needs apt-get');
    my @known = grep { _is_known($_) } @names;
    my %known = map  { $_ => 1 } @known;
    _say("not to be had here: $_") for grep { !$known{$_} } @names;
    return if !@known;
    _say("installing @known");
    my @apt = ('apt-get', '-o', 'DPkg::Lock::Timeout=300', 'install', '-y');
    my @how = ('env',     'DEBIAN_FRONTEND=noninteractive', @apt, '--no-install-recommends');
    unshift @how, 'sudo' if $>;
    return _run('install packages', @how, @known);
}

sub _is_installed ($name) {
    my ($status, $lines) =
        Copyhang::Tool->attempt(['dpkg-query', '-W', '-f', '${db:Status-Status}', $name]);
    return defined $status && $status == 0 && $lines->[0] eq 'installed';
}

sub _is_known ($name) {
    my ($status, $lines) = Copyhang::Tool->attempt(['apt-cache', 'madison', $name]);
    return defined $status && $status == 0 && @{$lines};
}

sub _npm (@names) {
    return if !@names;
    if (!defined Copyhang::Tool->find('npm')) {
        _say("not to be had without npm: $_") for @names;
        return;
    }
    my $folder = Copyhang::Cache->new->make_folder($Copyhang::Survey::NPM);
    _say("installing @names into $folder");
    return _run(
        'install packages of npm',
        qw(npm install --no-audit --no-fund --ignore-scripts),
        '--prefix', $folder, @names
    );
}

# One that cannot be built, for want of a compiler, keeps no other from it.
sub _build ($complains, @programs) {
    my @targets = uniq grep { defined } map { $_->{target} } _missing(@programs) or return;
    my $folder  = Copyhang::Cache->new->make_folder($Copyhang::Survey::BUILT);
    my %ours    = Copyhang::Survey->folders;
    for my $target (@targets) {
        my @make =
            ('make', '-s', '-C', $ours{copy}, "OUT=$folder", "NPM=$ours{npm}", "$folder/$target");
        my ($status, undef, $noise) = Copyhang::Tool->attempt(\@make);
        if    (defined $status && $status == 0) { _say("built $target") }
        elsif ($complains) {
            _say("cannot build $target: " . Copyhang::Tool->reason($status, $noise));
        }
    }
    _missing(@programs);
    return;
}

sub _run ($what, @command) {
    Copyhang::Tool->run($what, \@command);
    return;
}

1;
