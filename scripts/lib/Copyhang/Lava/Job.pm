# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel and its cases as a job of LAVA's: a folder with
#
#     kernel, ramdisk.cpio.gz   what it boots
#     job.yaml                  for `lavacli jobs submit`, and for lava-run
#     device.yaml               for lava-run, which has no server to ask for one
#     copyhang.json             for us, when the results come back: which kernel, which cases
#
# The ramdisk has a shell, as LAVA types into the guest: busybox. Everything else is as in the guests
# of Copyhang::Guest; fixtures/guest/lava.c is what the job's only step runs. With monitors there is no
# shell: init plays the cases by itself, and LAVA reads the console.
package Copyhang::Lava::Job;

use v5.36;
use Copyhang::Failure              qw(bad_input untestable);
use Copyhang::Guest::Initramfs     ();
use Copyhang::Guest::Machine       ();
use Copyhang::Guest::ProgramPacker ();
use Copyhang::Kernel::Image        ();
use Copyhang::Limits               ();
use Copyhang::Output               ();
use Copyhang::Paths                ();
use Copyhang::Product              qw(product_of products);
use Copyhang::Tool                 ();
use Cpanel::JSON::XS               ();
use Cwd                            ();
use File::Copy                     ();
use File::Temp                     ();
use POSIX                          qw(ceil);

# Of the ramdisk, into which LAVA puts what is to run in the guest.
my @UNPACK = ('format: cpio.newc', 'compression: gz', 'overlays: {lava: true}');

our $NAME = 'copyhang';    # of the test, and what its suite in LAVA ends with

my $PROMPT   = 'copyhang# ';
my $MANIFEST = 'copyhang.json';
my $JSON     = Cpanel::JSON::XS->new->canonical->ascii->allow_nonref;

# Minutes. LAVA's time begins before there is a guest, and a device may be slower than this machine.
my ($DEPLOY, $BOOT, $PLAY) = (10, 10, 10);
my $SILENCE = 2;
my $CASES   = 60;          # cases for which there is a minute more

# Arguments: kernel (a Copyhang::Kernel that has been fetched), ids, device_type, processors, append,
# jobs, each (as of Copyhang::Guest::Stream), baseline (of Copyhang::Baseline, or undef), accelerator
# (of device.yaml), title (what LAVA is to call it), url (of the folder's files; undef: as they are on this
# machine), monitors (true: without a shell), expected (ids: what LAVA 2026.04 and later await, and nothing
# else; undef: no such list), asked ({ids, jobs} of the first job, where this is another one for what that
# left).
sub write ($class, $folder, %argument) {    ## no critic (ProhibitBuiltinHomonyms)
    my $self = bless {processors => 1, %argument}, $class;
    mkdir $folder or $!{EEXIST} or bad_input("cannot make $folder: $!");
    my $path = Cwd::abs_path($folder);
    $self->{url} //= "file://$path";
    my $architecture = $self->{kernel}->architecture;
    bad_input("a job for LAVA is of amd64, not of $architecture") if $architecture ne 'amd64';
    my ($image) = grep { !Copyhang::Kernel::Image->is_elf($_) } $self->{kernel}->images;
    untestable("$self->{kernel}{name}: no image that a boot loader starts") if !defined $image;
    File::Copy::cp($image, "$path/kernel") or bad_input("cannot write $path/kernel: $!");
    $self->_make_ramdisk("$path/ramdisk.cpio.gz");
    _write("$path/job.yaml",    $self->_job);
    _write("$path/device.yaml", $self->_device);
    _write("$path/$MANIFEST",   $self->_manifest);
    return $path;
}

# What to call the one of a kernel, once: $seen is a hash of those that are taken.
sub folder ($class, $name, $seen) {
    my $folder = $name =~ s{.*/}{}r =~ s/[^\w.~+-]/-/gr;
    bad_input("two kernels would both be in $folder: $seen->{$folder}, $name")
        if defined $seen->{$folder};
    $seen->{$folder} = $name;
    return $folder;
}

# How long a job may run that plays these.
sub minutes ($class, $ids) { return $DEPLOY + $BOOT + $class->_minutes(scalar @{$ids}) }

sub _minutes ($class, $count) { return $PLAY + ceil($count / $CASES) }

sub _write ($path, $text) { return Copyhang::Output->new($path)->write($text) }

sub _make_ramdisk ($self, $path) {
    my $root = File::Temp->newdir;
    my @how  = defined $self->{jobs} ? ('--jobs', $self->{jobs}) : ();
    push @how, '--each' if $self->{each};
    Copyhang::Guest::Initramfs->new($self->{kernel})
        ->unpack_for_boot("$root", ['--announce', @how], $self->{ids});
    my $ours = "$root/copyhang";
    _write("$ours/environment.txt", "PATH=/bin\nHOME=/\nPS1=$PROMPT\n");
    _write("$ours/expected.txt", join q{}, map { "@{$_}\n" } $self->{baseline}->expected)
        if $self->{baseline};
    if ($self->{monitors}) { _write("$ours/monitored", q{}) }
    else                   { _add_shell("$root") }
    my $archive = File::Temp->new;
    Copyhang::Guest::Initramfs->archive("$root", "$archive");
    my $script = 'exec gzip -1 -n <"$0" >"$1"';
    return Copyhang::Tool->run("write $path", ['sh', '-c', $script, "$archive", $path]);
}

# All that busybox can do, as LAVA's own scripts need some of it.
sub _add_shell ($root) {
    my $found   = Copyhang::Tool->find('busybox') // untestable('no busybox here');
    my $busybox = Cwd::abs_path($found);
    Copyhang::Guest::ProgramPacker->new($root)->pack_program($busybox);
    mkdir "$root/bin" or bad_input("cannot make $root/bin: $!");
    for my $applet (Copyhang::Tool->run('ask busybox', [$busybox, '--list'])) {
        symlink $busybox, "$root/bin/$applet" or bad_input("cannot make $root/bin/$applet: $!");
    }
    symlink '/bin/sh', "$root/copyhang/shell" or bad_input("cannot make $root/copyhang/shell: $!");
    return;
}

# A kernel that dies ends its emulator (panic=-1, -no-reboot): else LAVA would await its time limit.
sub _job ($self) {
    my ($minutes, $all) = ($self->_minutes(scalar @{$self->{ids}}), $self->minutes($self->{ids}));
    my $words = join q{ }, Copyhang::Guest::Machine->words, $self->{append} // ();
    bad_input('--append: LAVA puts it between single quotes, so there may be none, nor braces')
        if $words =~ /['{}]/;
    my $name = $self->{kernel}->name;
    my %text = (
        name    => $self->{title} // "copyhang $name",
        type    => $self->{device_type},
        kernel  => "$self->{url}/kernel",
        ramdisk => "$self->{url}/ramdisk.cpio.gz",
        prompt  => $PROMPT,
        options => "-kernel {kernel} -append '$words' -no-reboot -smp $self->{processors}",
        of      => $name,
    );
    $_ = $JSON->encode($_) for values %text;
    my $monitors = $self->{monitors};
    my $silence  = $monitors ? $BOOT            : $SILENCE;
    my $unpack   = $monitors ? q{}              : join q{}, map { "\n        $_" } @UNPACK;
    my $prompts  = $monitors ? q{}              : "\n    prompts: [$text{prompt}]";
    my $test     = $monitors ? $self->_monitors : $self->_definitions;
    return <<"YAML";
# SPDX-License-Identifier: GPL-2.0-only
job_name: $text{name}
device_type: $text{type}
visibility: public
priority: medium
context: {arch: amd64}
metadata: {copyhang: $text{of}}
timeouts:
  job: {minutes: $all}
  action: {minutes: $DEPLOY}
  connection: {minutes: $silence}
actions:
- deploy:
    timeout: {minutes: $DEPLOY}
    to: tmpfs
    os: oe
    images:
      kernel:
        image_arg: $text{options}
        url: $text{kernel}
      ramdisk:
        image_arg: "-initrd {ramdisk}"
        url: $text{ramdisk}$unpack
- boot:
    timeout: {minutes: $BOOT}
    method: qemu
    media: tmpfs$prompts
- test:
    timeout: {minutes: $minutes}
$test
YAML
}

sub _definitions ($self) {
    return <<"YAML" . $self->_expected;
    definitions:
    - from: inline
      name: $NAME
      path: inline/$NAME.yaml
      repository:
        metadata:
          format: Lava-Test Test Definition 1.0
          name: $NAME
          description: which ways of copying hang others
        run:
          steps:
          - /init --lava
YAML
}

# The lines of fixtures/guest/lava.c.
sub _monitors ($self) {
    my $pattern = join q{ }, '<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=(?P<test_case_id>\S+)',
        'RESULT=(?P<result>\w+)', 'UNITS=(?P<units>\S+)', 'MEASUREMENT=(?P<measurement>\d+)>';
    return <<"YAML" . $self->_expected;
    monitors:
    - name: $NAME
      start: "\@machine"
      end: " \@over"
      pattern: '$pattern'
YAML
}

sub _expected ($self) {
    return q{} if !$self->{expected};
    my $which = $self->{monitors} ? 1 : 0;
    my @names = map { ($self->names_of($_))[$which] } @{$self->{expected}}, qw(kernel end);
    return join q{}, "      expected:\n", map { "      - $_\n" } @names;
}

# What a case is called there, and what LAVA makes of it that its monitors see.
sub names_of ($class, $id) {
    my $name = $id =~ tr{/}{.}r;
    return ($name, lc($name) =~ s/\W+/_/gr);
}

# No more than lava-run asks for.
sub _device ($self) {
    my @options = Copyhang::Guest::Machine->options($self->{accelerator} // 'tcg');
    my $options = join q{ }, qw(-nographic -net none -monitor none), @options;
    $options = $JSON->encode($options);
    return <<"YAML";
# SPDX-License-Identifier: GPL-2.0-only
device_type: qemu
available_architectures: [amd64]
constants:
  posix: {lava_test_sh_cmd: /bin/sh}
  kernel-start-message: "Linux version [0-9]"
  default-shell-prompt: "lava-test: # "
  spawn_maxread: "4092"
  failure_retry: 1
  boot_retry: 1
parameters: {}
timeouts: {actions: {}, connections: {}}
actions:
  deploy:
    methods: {image: {parameters: {guest: {size: 512, interface: ide, driveid: lavatest}}}}
    connections: {serial: }
  boot:
    connections: {serial: }
    methods:
      qemu:
        parameters:
          command: qemu-system-x86_64
          boot_options: {}
          options: [$options]
YAML
}

sub _manifest ($self) {
    my $kernel = $self->{kernel};
    my $asked  = $self->{asked} // $self;
    return Cpanel::JSON::XS->new->canonical->ascii->pretty->encode(
        {
            schema  => 1,
            kernel  => {map { $_ => $kernel->$_ } qw(name release version config)},
            machine => 'x86_64',
            jobs    => $asked->{jobs},
            cases   => [products(sort @{$asked->{ids}})],
        }
    );
}

# What copyhang.json in a folder says: {name, release, version, config, jobs, ids => [...]}; undef if
# there is none.
sub read ($class, $folder) {    ## no critic (ProhibitBuiltinHomonyms)
    my $path     = "$folder/$MANIFEST";
    my $text     = Copyhang::Paths->contents($path) // return;
    my $document = eval { $JSON->decode($text) };
    bad_input("$path is not of an exported job")
        if ref $document ne 'HASH' || ref $document->{kernel} ne 'HASH' || !$document->{cases};
    return {
        %{$document->{kernel}},
        jobs => $document->{jobs},
        ids  => [map { product_of($_) } @{$document->{cases}}]
    };
}

1;
