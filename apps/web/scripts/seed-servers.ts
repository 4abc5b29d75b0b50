import type { Prisma, PrismaClient } from '@fairlead/db';

const titles = {
  dns: 'Resolve the name',
  tcp: 'Reach port 22',
  'host-key': 'Host key',
  authentication: 'Sign in as root',
  sudo: 'Become root',
  system: 'Operating system',
  facts: 'Read facts',
};
type CheckKey = keyof typeof titles;

function checks(failed?: { key: CheckKey; detail: string; fix: string }): Prisma.InputJsonValue {
  const keys = Object.keys(titles) as CheckKey[];
  const at = failed ? keys.indexOf(failed.key) : keys.length;
  return keys.map((key, index) => ({
    key,
    title: titles[key],
    status: index < at ? 'passed' : index === at ? 'failed' : 'skipped',
    detail: index === at && failed ? failed.detail : index < at ? 'as it should be' : null,
    fix: index === at && failed ? failed.fix : null,
  }));
}

function facts(n: number): Prisma.InputJsonValue {
  const debian13 = n === 3;
  return {
    hostVersion: '1.0.0',
    hostname: `web-${n}`,
    os: {
      id: 'debian',
      versionId: debian13 ? '13' : '12',
      codename: debian13 ? 'trixie' : 'bookworm',
      prettyName: debian13 ? 'Debian GNU/Linux 13 (trixie)' : 'Debian GNU/Linux 12 (bookworm)',
    },
    kernel: '6.1.0-28-amd64',
    architecture: 'x86_64',
    cores: n === 1 ? 8 : 4,
    memoryBytes: n === 1 ? 16_700_000_000 : 8_200_000_000,
    diskTotalBytes: 80_000_000_000,
    diskFreeBytes: debian13 ? 5_100_000_000 : 51_000_000_000,
    uptimeSeconds: 86_400 * 12,
    addresses: [
      { address: `198.18.0.1${n}`, family: 'ipv4', interface: 'eth0' },
      { address: `10.0.0.1${n}`, family: 'ipv4', interface: 'eth1' },
    ],
    nginx: {
      version: debian13 ? '1.26.3' : '1.22.1',
      modules: ['http_ssl', 'realip', 'stream'],
      running: true,
      readsStreams: true,
    },
    postgresql: n === 1 ? { version: '15.10', maxConnections: 100 } : null,
    mariadb: null,
    node: '20.19.2',
    python: '3.13.5',
    php: null,
    firewall: 'nftables',
  };
}

/** One server in each state that a server can be in; the first three are ready. */
export async function seedServers(prisma: PrismaClient, ids: string[]): Promise<void> {
  const known = {
    hostKeyFingerprint: 'SHA256:uV3mZq0yL8mKfH2dP9bR7sT1xN4wC6eJ5gA0iB2oQ8k',
    hostKey: 'ssh-ed25519 AAAA',
    hostVersion: '1.0.0',
    preparedAt: new Date(Date.now() - 86_400_000),
    lastSeenAt: new Date(Date.now() - 12_000),
  };
  const fix = 'Start sshd on the server, or correct the port; a firewall may be closed too.';
  const refused = checks({ key: 'tcp', detail: 'Connection refused by 198.18.0.16:22', fix });
  const offered = {
    offeredFingerprint: 'SHA256:7Xq2mN8pLk0vB4cR9dT1sF6hJ3gW5yZ0aE2uI8oK7lM',
    offeredHostKey: 'ssh-ed25519 AAAB',
  };
  const states: Prisma.ServerUpdateInput[] = [
    ...[1, 2, 3, 4].map((n) => ({
      ...known,
      status: 'ready',
      facts: facts(n),
      checks: checks(),
      privateAddress: `10.0.0.1${n}`,
    })),
    { status: 'unconfirmed', ...offered },
    {
      ...known,
      status: 'unreachable',
      facts: facts(6),
      checks: refused,
      lastSeenAt: new Date(Date.now() - 5_400_000),
    },
    { status: 'new' },
    { ...known, status: 'reachable', facts: facts(8), checks: checks(), preparedAt: null },
  ];
  for (const [index, id] of ids.entries()) {
    const data = states[index];
    if (data) await prisma.server.update({ where: { id }, data });
  }
}
