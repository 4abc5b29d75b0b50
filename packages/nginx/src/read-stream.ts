import { parseSocketAddress } from './address.ts';
import { readHeader } from './header.ts';
import { readStreamUpstreamName } from './names.ts';
import { parseConfig } from './parse.ts';
import { checked, first } from './read.ts';
import { readServerNameArgument } from './server-name.ts';
import { streamMethods } from './stream-settings.ts';
import { type StreamSpec, streamSpecSchema } from './stream-spec.ts';
import { type Block, blocksNamed, type ConfigNode, directivesNamed } from './tree.ts';
import { readServer } from './upstream.ts';

/**
 * The spec that a file of streams states: `readStreams(renderStreams(spec, any).content)` equals `spec`. Of a file edited by hand, what it says now.
 * @throws AppError `invalid-input` when the file is none of Fairlead's, or no longer one.
 */
export function readStreams(text: string): StreamSpec {
  const { app, generation, kind } = readHeader(text);
  const nodes = parseConfig(text);
  const pools = blocksNamed(nodes, 'upstream');
  return checked(streamSpecSchema, {
    kind,
    app,
    generation,
    streams: pools.map((pool) => readStream(nodes, pool)),
    servers: readServers(pools),
  });
}

function readStream(nodes: readonly ConfigNode[], { args: [upstream = ''], children: pool }: Block) {
  const { server, serverNames } = serverOf(nodes, upstream);
  const line = readServer(first(pool, 'server') ?? []);
  return {
    name: readStreamUpstreamName(upstream),
    listenPort: Number(first(server, 'listen')?.[0]),
    backendPort: line.port,
    serverNames,
    method: streamMethods.find((name) => first(pool, name)) ?? 'round_robin',
    proxyProtocolFrom: directivesNamed(server, 'set_real_ip_from').map(({ args }) => args[0]),
    proxyProtocolOut: first(server, 'proxy_protocol')?.[0] === 'on',
    connectTimeoutSeconds: secondsOf(server, 'proxy_connect_timeout'),
    idleTimeoutSeconds: secondsOf(server, 'proxy_timeout'),
    maxConns: line.maxConns,
    allowFrom: directivesNamed(server, 'allow').map(({ args }) => args[0]),
  };
}

/** The server that leads to an upstream, by itself or by a map's names. */
function serverOf(nodes: readonly ConfigNode[], upstream: string) {
  const map = blocksNamed(nodes, 'map').find(({ children }) =>
    children.some((node) => node.kind === 'directive' && node.args[0] === upstream),
  );
  const target = map?.args[1] ?? upstream;
  const server = blocksNamed(nodes, 'server').find(
    ({ children }) => first(children, 'proxy_pass')?.[0] === target,
  );
  const serverNames = (map?.children ?? []).flatMap((node) =>
    node.kind === 'directive' && node.args[0] === upstream
      ? [readServerNameArgument(node.name.replace(/^~\*\^/, '~^'))]
      : [],
  );
  return { server: server?.children ?? [], serverNames };
}

function secondsOf(server: readonly ConfigNode[], name: string): number {
  return Number(first(server, name)?.[0]?.replace(/s$/, ''));
}

/** Each backend as the streams have it; `backup` stands only where a stream's method allows one. */
function readServers(pools: readonly Block[]) {
  const lines = pools.map(({ children }) => directivesNamed(children, 'server').map(({ args }) => args));
  return (lines[0] ?? []).map((args) => {
    const { port: _, maxConns: __, drain: ___, ...server } = readServer(args);
    const address = parseSocketAddress(args[0] ?? '')?.address;
    const backup = lines.some((pool) =>
      pool.some((line) => parseSocketAddress(line[0] ?? '')?.address === address && line.includes('backup')),
    );
    return { ...server, backup };
  });
}
