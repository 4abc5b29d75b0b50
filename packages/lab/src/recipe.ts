import type { HostEnvironment } from './host-environment.ts';

/** Debian's release number, or `testing`: what becomes the next one. */
export type Release = 12 | 13 | 'testing';

/** `bare`: as a freshly rented server. `stocked`: the same with every package Fairlead installs, all stopped and disabled. */
export type ImageKind = 'bare' | 'stocked';

/** Debian's code names. */
export const CODENAMES: Record<Release, string> = {
  12: 'bookworm',
  13: 'trixie',
  testing: 'testing',
};

/** Whether its systemd still runs on control groups of version 1: it no longer does since 258. */
export const hasControlGroups1 = (release: Release): boolean => release !== 'testing';

/** What a freshly rented Debian server brings along. */
export const BARE_PACKAGES = [
  ...[
    'systemd',
    'systemd-sysv',
    'dbus',
    'libpam-systemd',
    'openssh-server',
    'sudo',
    'python3',
    'python3-apt',
  ],
  ...[
    'ca-certificates',
    'curl',
    'git',
    'iproute2',
    'iputils-ping',
    'procps',
    'nftables',
    'ufw',
    'less',
    'tzdata',
  ],
  ...['gnupg', 'rsync', 'acl', 'cron', 'logrotate', 'netcat-openbsd', 'openssl', 'unzip', 'kmod', 'psmisc'],
];

/** What Fairlead's Ansible roles install. Preparing a stocked machine downloads and unpacks nothing. */
export const STOCKED_PACKAGES = [
  ...[
    'nginx',
    'libnginx-mod-stream',
    'git-lfs',
    'postgresql',
    'postgresql-client',
    'mariadb-server',
    'mariadb-client',
    'redis-server',
  ],
  ...[
    'php-fpm',
    'php-cli',
    'php-pgsql',
    'php-mysql',
    'php-mbstring',
    'php-xml',
    'php-curl',
    'php-zip',
    'php-intl',
  ],
  ...['composer', 'nodejs', 'npm', 'python3-psycopg2', 'python3-pymysql', 'python3-venv', 'python3-pip'],
  ...['podman', 'crun', 'uidmap', 'slirp4netns', 'python3-yaml'],
  // What tests of containers make images of, as no registry is asked.
  'busybox-static',
  // What the test of Python apps makes wheels of.
  ...['python3-gunicorn', 'python3-uvicorn'],
];

/** Debian's own unless `FAIRLEAD_LAB_MIRROR` names another host. */
export const mirror = (): string => process.env.FAIRLEAD_LAB_MIRROR ?? 'http://deb.debian.org';

/** The apt sources of a release. */
export function sourcesList(release: Release): string[] {
  const code = CODENAMES[release];
  return [
    `deb ${mirror()}/debian ${code} main`,
    `deb ${mirror()}/debian ${code}-updates main`,
    `deb ${mirror()}/debian-security ${code}-security main`,
  ];
}

/**
 * Lines of apt configuration for a release. Testing's indexes are good for a week: a mirror that stands still for longer, as one of a frozen date
 * does, would refuse itself.
 */
export const aptOptionsOf = (release: Release, { aptOptions }: HostEnvironment): string[] =>
  release === 'testing' ? [...new Set([...aptOptions, 'Acquire::Check-Valid-Until "false";'])] : aptOptions;

/** Makes a fresh root look rented: sshd on, an `admin` user with sudo, no host keys and no machine id of its own. */
export const BARE_SCRIPT = `
set -eu
update-ca-certificates >/dev/null 2>&1
useradd --create-home --shell /bin/bash --uid 1000 admin
install -d -m 0700 -o admin -g admin /home/admin/.ssh
printf 'admin ALL=(ALL) NOPASSWD: ALL\\n' > /etc/sudoers.d/90-admin
chmod 0440 /etc/sudoers.d/90-admin
printf 'LANG=C.UTF-8\\n' > /etc/default/locale
systemctl enable -q ssh systemd-networkd
systemctl disable -q ufw nftables || true
systemctl mask -q systemd-networkd-wait-online getty@tty1 console-getty
rm -f /etc/ssh/ssh_host_* /etc/machine-id /var/lib/dbus/machine-id /etc/apt/apt.conf.d/99mmdebstrap
: > /etc/machine-id
`;

/** Installs the packages without starting anything, and leaves their services stopped and disabled. */
export const STOCKED_SCRIPT = `
set -eu
export DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8
printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d
chmod 0755 /usr/sbin/policy-rc.d
apt-get update -q
apt-get install -q -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Use-Pty=0 "$@"
rm /usr/sbin/policy-rc.d
for unit in nginx postgresql mariadb redis-server $(cd /lib/systemd/system && ls -d php*-fpm.service); do
  systemctl disable -q "$unit"
done
systemctl disable -q podman.socket podman.service podman-auto-update.timer podman-auto-update.service podman-restart.service
apt-get clean
`;

/** Everything that decides an image's content, for its cache key. */
export const recipeOf = (release: Release, kind: ImageKind, host: HostEnvironment): unknown => [
  ...[
    release,
    kind,
    sourcesList(release),
    BARE_PACKAGES,
    BARE_SCRIPT,
    host.certificates,
    aptOptionsOf(release, host),
  ],
  ...(kind === 'stocked' ? [STOCKED_PACKAGES, STOCKED_SCRIPT] : []),
];
