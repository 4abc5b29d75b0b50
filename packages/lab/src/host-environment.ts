import { readdir, readFile } from 'node:fs/promises';
import { run } from './command.ts';

const CA_DIRECTORY = '/usr/local/share/ca-certificates';

/** What this host needs to reach Debian's and npm's registries, and so its machines need too. */
export interface HostEnvironment {
  /** Certificate authorities the administrator added, by file name, PEM. */
  certificates: Record<string, string>;
  /** Lines of apt configuration that say how far to trust a mirror's dates. */
  aptOptions: string[];
  /** The proxy that apt uses here, if it uses one. */
  aptProxy: URL | undefined;
  /** Content for a machine's /etc/resolv.conf. */
  resolvConf: string;
}

/** Reads the host's own settings. A resolver on the loopback is replaced by the one behind it. */
export async function readHostEnvironment(): Promise<HostEnvironment> {
  const dump = await run(['apt-config', 'dump', '--format', '%f "%v";%n']);
  const option = (name: string) => dump.match(new RegExp(`^${name} "([^"]*)";$`, 'mi'))?.[1];
  const proxy = option('Acquire::http::Proxy') ?? process.env.http_proxy;
  return {
    certificates: await readCertificates(),
    aptOptions: ['Acquire::Check-Valid-Until', 'Acquire::Check-Date'].flatMap((name) => {
      const value = option(name);
      return value === undefined ? [] : [`${name} "${value}";`];
    }),
    aptProxy: proxy && proxy !== 'DIRECT' ? new URL(proxy) : undefined,
    resolvConf: await readResolvConf(),
  };
}

async function readCertificates(): Promise<Record<string, string>> {
  const names = (await readdir(CA_DIRECTORY).catch(() => [])).filter((name) => name.endsWith('.crt')).sort();
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, await readFile(`${CA_DIRECTORY}/${name}`, 'utf8')] as const),
    ),
  );
}

async function readResolvConf(): Promise<string> {
  const conf = await readFile('/etc/resolv.conf', 'utf8');
  if (!/^nameserver\s+127\./m.test(conf)) return conf;
  return readFile('/run/systemd/resolve/resolv.conf', 'utf8').catch(() => conf);
}
