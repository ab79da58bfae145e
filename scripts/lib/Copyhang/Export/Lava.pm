# SPDX-License-Identifier: GPL-2.0-only
#
# A job for LAVA of each kernel: Copyhang::Lava::Job.
package Copyhang::Export::Lava;

use v5.36;
use Copyhang::Failure qw(bad_input);
use Copyhang::Paths   ();

my $INTO = 'lava';

sub summary ($class) { return 'a job for LAVA of each kernel' }

sub options ($class) {
    return
        qw(into=s only=s@ device-type=s files-url=s baseline=s cpus=s append=s monitors expected);
}
sub purpose ($class) { return 'lava' }

sub export ($class, $option, @names) {
    require Copyhang::Baseline;
    require Copyhang::Cache;
    require Copyhang::Kernel;
    require Copyhang::Lava::Job;
    require Copyhang::Selection;
    my $into = $option->{into} // $INTO;
    bad_input("no folder $option->{baseline} with baselines")
        if defined $option->{baseline} && !-d $option->{baseline};
    my @ids  = Copyhang::Selection->new(@{$option->{only} // []})->ids;
    my $hold = Copyhang::Cache->new->hold;
    @names = Copyhang::Paths->default_kernels if !@names;
    my @kernels = map { Copyhang::Kernel->find($_) } @names;
    mkdir $into or $!{EEXIST} or bad_input("cannot make $into: $!");

    my %seen;
    my @folders = map { Copyhang::Lava::Job->folder($_->name, \%seen) } @kernels;
    for my $kernel (@kernels) {
        $kernel->fetch(sub ($text) { });
        print _job($option, $into, shift @folders, $kernel, @ids) . "/job.yaml\n";
    }
    return 0;
}

sub _job ($option, $into, $folder, $kernel, @ids) {
    my $baselines = $option->{baseline};
    my $baseline =
        defined $baselines ? Copyhang::Baseline->of_kernel($baselines, $kernel->name) : undef;
    my $url = $option->{'files-url'};
    return Copyhang::Lava::Job->write(
        "$into/$folder",
        kernel      => $kernel,
        ids         => \@ids,
        append      => $option->{append},
        processors  => $option->{cpus}          // 1,
        device_type => $option->{'device-type'} // 'qemu',
        baseline    => $baseline,
        monitors    => $option->{monitors},
        expected    => $option->{expected} ? _expected($baseline, @ids) : undef,
        url         => defined $url        ? $url =~ s{/*\z}{/$folder}r : undef,
    );
}

# What is to come of it: all, or, with a baseline, what that knows.
sub _expected ($baseline, @ids) {
    return \@ids if !$baseline;
    my %known = map { $_->[0] => 1 } $baseline->expected;
    return [grep { $known{$_} } @ids];
}

1;
