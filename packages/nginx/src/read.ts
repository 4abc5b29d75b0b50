import { AppError } from '@fairlead/errors';
import type { z } from 'zod';
import { parseSocketAddress } from './address.ts';
import { type BackendLimits, type BackendSpec, backendSpecSchema, unusualLimits } from './backend-spec.ts';
import { readOfBackend, readToBackends } from './backend-tls.ts';
import { readHashVariable } from './balancing.ts';
import { readCanary } from './canary.ts';
import { type FrontSpec, frontSpecSchema } from './front-spec.ts';
import { readGrpc } from './grpc.ts';
import { readHeader } from './header.ts';
import { readHttp, readKeptHttp, readSeconds, readSize } from './http-front.ts';
import { isVisitorVariable } from './names.ts';
import { parseConfig } from './parse.ts';
import { readServerNameArgument } from './server-name.ts';
import { cutSnippet } from './snippet.ts';
import { balancingMethodSchema } from './spec.ts';
import { readTls } from './tls.ts';
import { blocksNamed, type ConfigNode, directivesNamed } from './tree.ts';
import { MAINTENANCE_REMARK } from './unavailable.ts';
import { readServers } from './upstream.ts';

/**
 * The spec that a front's file states: `readFront(renderFront(spec, any).content)` equals `spec`. Of a file edited by hand, what it says now.
 * @throws AppError `invalid-input` when the file is none of Fairlead's fronts, or no longer one.
 */
export function readFront(text: string): FrontSpec {
  const { app, generation, kind } = readHeader(text);
  const { rest, snippet } = cutSnippet(text);
  const nodes = parseConfig(rest);
  const pool = blocksNamed(nodes, 'upstream')[0]?.children ?? [];
  const sites = blocksNamed(nodes, 'server').map(({ children }) => children);
  const site = sites.at(-1) ?? [];
  const tls = readTls(site);
  const names = namesOf(site);
  const withoutTls = tls === undefined ? undefined : sites.slice(2, -1).find((other) => !isWayToHttps(other));
  const spec = {
    kind,
    app,
    generation,
    names: [...names, ...namesOf(withoutTls ?? [])],
    listenPort: Number(first(sites[0] ?? [], 'listen')?.[0]),
    ...(tls === undefined ? {} : { tls: { ...tls, names } }),
    backendTls: readToBackends(app, nodes, site),
    maintenance: remarksOf(site).includes(MAINTENANCE_REMARK),
    ...readMethod(nodes, site),
    http: readKeptHttp(remarksOf(site)) ?? { ...readHttp(app, nodes, site), snippet },
    servers: readServers(pool),
    canary: readCanary(app, nodes),
  };
  return checked(frontSpecSchema, spec);
}

/**
 * The spec that a backend's file states: `readBackend(renderBackend(spec, any).content)` equals `spec`. Of a file edited by hand, what it says now.
 * @throws AppError `invalid-input` when the file is none of Fairlead's backend sites, or no longer one.
 */
export function readBackend(text: string): BackendSpec {
  const { app, generation, kind } = readHeader(text);
  const nodes = parseConfig(text);
  const site = blocksNamed(nodes, 'server').at(-1)?.children ?? [];
  const [listen, ...also] = directivesNamed(site, 'listen').map(({ args }) =>
    parseSocketAddress(args[0] ?? ''),
  );
  const spec = {
    kind,
    app,
    generation,
    listenAddress: listen?.address,
    listenPort: listen?.port,
    ...(also.length === 0 ? {} : { alsoListenPorts: also.map((other) => other?.port) }),
    tls: readOfBackend(site),
    balancerAddresses: directivesNamed(site, 'set_real_ip_from').map(({ args }) => args[0]),
    target: readTarget(nodes, site),
    ...readServices(site),
    limits: readLimits(site),
  };
  return checked(backendSpecSchema, spec);
}

/** What a file says, if it is what Fairlead would write. @throws AppError `invalid-input` */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new AppError('invalid-input', 'This file is no longer what Fairlead would write.', {
    details: { issues: result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })) },
  });
}

/** The arguments of the first directive of that name. */
export function first(nodes: readonly ConfigNode[], name: string): string[] | undefined {
  return directivesNamed(nodes, name)[0]?.args;
}

interface Method {
  method?: string | undefined;
  hashKey?: string | undefined;
  stickyCookie?: string | undefined;
}

function readMethod(nodes: readonly ConfigNode[], site: readonly ConfigNode[]): Method {
  const pool = blocksNamed(nodes, 'upstream')[0]?.children;
  if (pool === undefined) return readRemark(site);
  const hashed = first(pool, 'hash')?.[0];
  if (isVisitorVariable(hashed)) {
    const source = blocksNamed(nodes, 'map')[0]?.args[0] ?? '';
    return { method: 'sticky', stickyCookie: source.replace(/^\$cookie_/, '') };
  }
  if (hashed !== undefined) return { method: 'hash', hashKey: readHashVariable(hashed) };
  const cookie = first(pool, 'sticky')?.[1];
  if (cookie !== undefined) return { method: 'sticky', stickyCookie: cookie };
  return { method: balancingMethodSchema.options.find((name) => first(pool, name)) ?? 'round_robin' };
}

function namesOf(site: readonly ConfigNode[]): string[] {
  return first(site, 'server_name')?.map(readServerNameArgument) ?? [];
}

/** Whether a server block has nothing for visitors but the way to HTTPS. */
function isWayToHttps(site: readonly ConfigNode[]): boolean {
  const [last] = blocksNamed(site, 'location').slice(-1);
  return first(last?.children ?? [], 'return')?.[1]?.startsWith('https://$host') === true;
}

/** Comments in the locations of a server block. */
function remarksOf(site: readonly ConfigNode[]): string[] {
  return blocksNamed(site, 'location')
    .flatMap(({ children }) => children)
    .flatMap((node) => (node.kind === 'comment' ? [node.text] : []));
}

/** Of a front without an upstream: what the upstream will be. */
function readRemark(site: readonly ConfigNode[]): Method {
  const remark = remarksOf(site).find((text) => text.includes('brings an upstream'));
  const [method, option] = /\((.+?)\)/.exec(remark ?? '')?.[1]?.split(' ') ?? [];
  return {
    method,
    ...(method === 'hash' ? { hashKey: option } : {}),
    ...(method === 'sticky' ? { stickyCookie: option } : {}),
  };
}

function readServices(site: readonly ConfigNode[]): { grpc?: string[] } {
  const grpc = readGrpc(site);
  return grpc.length === 0 ? {} : { grpc };
}

/** Limits other than the usual ones, of a site of either runtime. */
function readLimits(site: readonly ConfigNode[]): BackendLimits | undefined {
  const of = (name: string) => first(site, `proxy_${name}`)?.[0] ?? first(site, `fastcgi_${name}`)?.[0];
  const stated = {
    maxBodyBytes: readSize(first(site, 'client_max_body_size')?.[0]),
    sendSeconds: readSeconds(of('send_timeout')),
    readSeconds: readSeconds(of('read_timeout')),
    buffering: of('buffering') !== 'off',
  };
  return unusualLimits(stated);
}

function readTarget(nodes: readonly ConfigNode[], site: readonly ConfigNode[]): Record<string, unknown> {
  const root = first(site, 'root')?.[0];
  if (root === undefined) {
    const server = first(blocksNamed(nodes, 'upstream')[0]?.children ?? [], 'server')?.[0] ?? '';
    return { runtime: 'node', port: parseSocketAddress(server)?.port };
  }
  const pass = blocksNamed(site, 'location')
    .map(({ children }) => first(children, 'fastcgi_pass')?.[0])
    .find((socket) => socket !== undefined);
  return pass === undefined
    ? { runtime: 'static', root }
    : { runtime: 'php', root, socket: pass.replace(/^unix:/, '') };
}
