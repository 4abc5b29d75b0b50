import { mainLocation, passOf, readPass } from './foreign-location.ts';
import type { Lost } from './foreign-upstream.ts';
import { hostnameSchema } from './hostname.ts';
import { type Block, type ConfigNode, directivesNamed } from './tree.ts';

/** What a reader is shown of one server block. */
export interface ForeignBlock {
  names: string[];
  /** As its `listen` lines say it; `80` where it has none. */
  listens: string[];
  /** Where it leads requests: an upstream's name, or host with port; null where it leads nowhere. */
  upstream: string | null;
  /** `to-https`: it does nothing but send visitors to the same address by TLS. */
  does: 'proxies' | 'to-https' | 'other';
}

/** One server block as it is judged. */
export interface Site extends ForeignBlock {
  nodes: ConfigNode[];
  /** It is served by TLS. */
  tls: boolean;
  /** Why its `listen` lines can't be Fairlead's; null: they can. */
  refusal: string | null;
  /** Parts of its `listen` lines that can't be kept. */
  lost: Lost[];
}

/** @see https://nginx.org/en/docs/http/ngx_http_core_module.html#listen */
export function readSite({ children }: Block): Site {
  const names = directivesNamed(children, 'server_name').flatMap(({ args }) => args);
  const listens = directivesNamed(children, 'listen').map(({ args }) => args);
  const main = mainLocation(children);
  const pass = main === null ? undefined : passOf(main.location.children);
  const site: Site = {
    names: [...new Set(names.map((name) => name.toLowerCase()))],
    listens: listens.length === 0 ? ['80'] : listens.map((args) => args.join(' ')),
    upstream: pass === undefined ? null : (readPass(pass)?.target ?? pass),
    does: pass !== undefined ? 'proxies' : 'other',
    nodes: children,
    tls: false,
    refusal: null,
    lost: [],
  };
  if (site.does === 'other' && isWayToHttps(children, site.names)) site.does = 'to-https';
  for (const args of listens) readListen(site, args);
  return site;
}

function readListen(site: Site, [target = '', ...options]: readonly string[]): void {
  const text = `listen ${[target, ...options].join(' ')};`;
  const [, address = '', port = '80'] =
    /^(?:(\[[0-9a-fA-F:.]*\]|[^:[\]/]*[^:[\]/0-9][^:[\]/]*|\*)(?::([0-9]{1,5}))?)$/.exec(target) ?? [
      undefined,
      '',
      target,
    ];
  const isTls = options.includes('ssl') || directivesNamed(site.nodes, 'ssl')[0]?.args[0] === 'on';
  if (isTls) site.tls = true;
  if (port !== (isTls ? '443' : '80')) {
    site.refusal = `It listens on ${target}; an app’s front listens on 80, and on 443 for TLS.`;
    return;
  }
  if (options.includes('proxy_protocol')) {
    site.refusal =
      'It expects the PROXY protocol from whoever stands before it; an app’s front speaks HTTP there.';
  }
  if (options.includes('default_server') || options.includes('default')) {
    const why =
      'An app’s front answers for its names alone: requests by other names go to another site of this server.';
    site.lost.push({ text, why });
  }
  if (!['', '*', '0.0.0.0', '[::]'].includes(address)) {
    site.lost.push({ text, why: 'An app’s front listens on every address of its server.' });
  }
  if (options.includes('quic')) site.lost.push({ text, why: 'A front speaks no QUIC.' });
}

/** What of a block's names can be domains of an app, and why the rest can't. */
export function readNames(names: readonly string[]): { hostnames: string[]; lost: Lost[] } {
  const hostnames = names.filter(isHostname);
  const lost = names
    .filter((name) => !isHostname(name) && name !== '')
    .map((name) => ({
      text: `server_name ${name};`,
      why: 'Domains of an app are whole names: no patterns, addresses and names for everything else.',
    }));
  return { hostnames, lost };
}

function isHostname(name: string): boolean {
  return hostnameSchema.safeParse(name).success && /[a-z]/.test(name.split('.').at(-1) ?? '');
}

/** Whether a block does nothing for visitors but send them to its own names by TLS; certbot writes such. */
function isWayToHttps(nodes: readonly ConfigNode[], names: readonly string[]): boolean {
  const targets: string[] = [];
  const isPlain = nodes.every((node) => leadsToHttps(node, targets));
  const own = new Set(['$host', '$server_name', '$http_host', ...names]);
  const isOwn = (target: string) => own.has(/^https:\/\/([^/$]+|\$[a-z_]+)/.exec(target)?.[1] ?? '');
  return isPlain && targets.length > 0 && targets.every(isOwn);
}

function leadsToHttps(node: ConfigNode, targets: string[]): boolean {
  if (node.kind === 'comment') return true;
  if (node.kind === 'raw') return false;
  if (node.kind === 'block') {
    if (node.name === 'location' && node.args.join(' ').includes('/.well-known/acme-challenge')) return true;
    const isWay = (node.name === 'location' && node.args[0] === '/') || node.name === 'if';
    return isWay && node.children.every((child) => leadsToHttps(child, targets));
  }
  if (node.name === 'return') {
    if (node.args[0] === '404') return true;
    targets.push(node.args.at(-1) ?? '');
    return true;
  }
  if (node.name === 'rewrite') {
    targets.push(node.args[1] ?? '');
    return true;
  }
  return /^(?:listen|server_name|server_tokens|access_log|error_log|root|index|charset)$/.test(node.name);
}
