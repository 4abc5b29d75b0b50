import { canonicalAddress, isUnicastAddress } from './address.ts';
import { readHashVariable } from './balancing.ts';
import { readTime } from './foreign-units.ts';
import { serialise } from './serialise.ts';
import {
  type BalancingMethod,
  hashKeySchema,
  ipAddressSchema,
  stickyCookieSchema,
  upstreamServerSchema,
} from './spec.ts';
import type { Block, Directive } from './tree.ts';

/** What can't be kept, with the reason. */
export interface Lost {
  text: string;
  why: string;
}

/** A `server` line of somebody's upstream. What the line does not say is as Nginx has it. */
export interface ForeignServer {
  /** An address in its one spelling, or a host name in lower case. */
  host: string;
  port: number;
  weight: number;
  maxFails: number;
  failTimeoutSeconds: number;
  maxConns: number;
  backup: boolean;
  down: boolean;
}

export interface ForeignUpstream {
  method: BalancingMethod;
  hashKey?: string;
  stickyCookie?: string;
  servers: ForeignServer[];
  /** Statements that say what Fairlead does by itself. */
  covered: string[];
  lost: Lost[];
}

/** In an upstream these are Fairlead’s own: it sizes the zone and the kept connections by the number of backends. */
const OWN = /^(?:zone|keepalive|keepalive_requests|keepalive_timeout|keepalive_time)$/;

/** An upstream as settings. @see https://nginx.org/en/docs/http/ngx_http_upstream_module.html */
export function readUpstream(block: Block): ForeignUpstream {
  const result: ForeignUpstream = { method: 'round_robin', servers: [], covered: [], lost: [] };
  for (const node of block.children) {
    if (node.kind === 'comment') continue;
    const text = serialise([node]).trimEnd();
    if (node.kind !== 'directive') {
      result.lost.push({ text, why: 'Fairlead writes the upstream itself.' });
    } else if (node.name === 'server') {
      addServer(result, node.args, text);
    } else if (OWN.test(node.name)) {
      result.covered.push(text);
    } else {
      const method = methodOf(node);
      if (typeof method === 'string') result.lost.push({ text, why: method });
      else Object.assign(result, method);
    }
  }
  return result;
}

type Method = Pick<ForeignUpstream, 'method' | 'hashKey' | 'stickyCookie'>;

/** The method that a statement names, or why there is none for it. */
function methodOf({ name, args }: Directive): Method | string {
  switch (name) {
    case 'least_conn':
    case 'ip_hash':
    case 'least_time':
      return { method: name };
    case 'random':
      return { method: 'random' };
    case 'hash': {
      const key = hashKeySchema.safeParse(readHashVariable(args[0] ?? ''));
      return key.success
        ? { method: 'hash', hashKey: key.data }
        : 'Fairlead hashes by $request_uri or by one field of the request.';
    }
    case 'sticky': {
      const cookie = stickyCookieSchema.safeParse(args[0] === 'cookie' ? args[1] : undefined);
      return cookie.success
        ? { method: 'sticky', stickyCookie: cookie.data }
        : 'Fairlead keeps visitors by a cookie whose name is lower case letters, digits and _.';
    }
    default:
      return `${name.slice(0, 40)} is no setting of a load balancer of Fairlead.`;
  }
}

function addServer(result: ForeignUpstream, args: readonly string[], text: string): void {
  const [target = '', ...options] = args;
  const at = readHost(target);
  if (at === null) {
    const why = target.startsWith('unix:')
      ? 'A socket is on no server of the network.'
      : 'It leads to no address or host name.';
    result.lost.push({ text, why });
    return;
  }
  const line: ForeignServer = {
    ...at,
    weight: 1,
    maxFails: 1,
    failTimeoutSeconds: 10,
    maxConns: 0,
    backup: false,
    down: false,
  };
  for (const option of options) {
    const why = takeOption(line, option);
    if (why !== null) result.lost.push({ text: `${target} ${option}`, why });
  }
  result.servers.push(line);
}

const numbers = { weight: 'weight', max_fails: 'maxFails', max_conns: 'maxConns' } as const;

/** Takes one parameter over. @returns why it can't be */
function takeOption(line: ForeignServer, option: string): string | null {
  if (option === 'backup' || option === 'down') {
    line[option] = true;
    return null;
  }
  const [name = '', value = ''] = option.split(/=(.*)/s);
  const isNumber = Object.hasOwn(numbers, name);
  if (!isNumber && name !== 'fail_timeout') return 'No setting of a backend stands for it.';
  const field = isNumber ? numbers[name as keyof typeof numbers] : 'failTimeoutSeconds';
  const given = isNumber ? (/^[0-9]{1,9}$/.test(value) ? Number(value) : null) : readTime(value);
  const parsed = upstreamServerSchema.shape[field].safeParse(given ?? Number.NaN);
  if (!parsed.success) return 'It is outside of the bounds of that setting.';
  line[field] = parsed.data;
  return null;
}

/** `10.0.0.2:8080`, `[2001:db8::1]`, `app.internal:80`; null for sockets, variables and what is none of them. */
export function readHost(target: string): Pick<ForeignServer, 'host' | 'port'> | null {
  const match = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9_.-]{1,253}))(?::([1-9][0-9]{0,4}))?$/.exec(target);
  const port = Number(match?.[3] ?? 80);
  if (match === null || port > 65535) return null;
  const [, v6, name = ''] = match;
  if (v6 !== undefined) {
    const address = ipAddressSchema.safeParse(v6);
    return address.success ? { host: address.data, port } : null;
  }
  if (
    /^[0-9.]+$/.test(name) &&
    !(ipAddressSchema.safeParse(name).success && isUnicastAddress(canonicalAddress(name)))
  )
    return null;
  return { host: name.toLowerCase(), port };
}
