import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask } from '../testing/ask.ts';
import { type EchoApp, startEchoApp } from '../testing/echo-app.ts';
import { freePorts, installedNginx, makePrefix, type Prefix, startNginx } from '../testing/real-nginx.ts';
import { capabilitiesOf, frontSpecSchema, renderFront } from './index.ts';

// A front for each method, all before the same three apps.
let prefix: Prefix;
let nginx: { stop(): Promise<void> };
let apps: EchoApp[];
let front: number;
/** A port on which nobody answers. */
let dead: number;

const fronts = {
  random: { method: 'random' },
  weighted: { method: 'round_robin' },
  spare: { method: 'least_conn' },
  keyed: { method: 'hash', hashKey: 'header:x-tenant' },
  paths: { method: 'hash', hashKey: 'uri' },
  kept: { method: 'sticky', stickyCookie: 'seat' },
  tied: { method: 'ip_hash', http: { trustedProxy: { networks: ['127.0.0.1'] } } },
  climbing: { method: 'round_robin' },
  closed: { method: 'ip_hash', maintenance: true },
  parted: { method: 'sticky', stickyCookie: 'seat' },
  spared: { method: 'ip_hash' },
} as const;

beforeAll(async () => {
  const capabilities = await installedNginx();
  [front = 0, dead = 0] = await freePorts(2);
  apps = await Promise.all(['one', 'two', 'three'].map(startEchoApp));
  const options: Record<string, object[]> = {
    climbing: [{ weight: 2 }, { slowStartPercent: 10 }, { slowStartPercent: 50, weight: 4 }],
    weighted: [{ weight: 4 }, { weight: 1 }, { weight: 1 }],
    spare: [{ backup: true }, {}, { down: true }],
  };
  const sites = Object.entries(fronts).map(([app, method]) => {
    const servers = apps.map(({ port }, index) => ({ address: '127.0.0.1', port, ...options[app]?.[index] }));
    const names = [`${app}.example.com`];
    const spec = { kind: 'front', app, generation: 1, names, listenPort: front, servers, ...method };
    return renderFront(frontSpecSchema.parse({ ...spec, ...canaryOf(app, servers) }), capabilities).content;
  });
  prefix = await makePrefix();
  nginx = await startNginx(prefix, sites);
}, 60_000);

afterAll(async () => {
  await nginx?.stop();
  await Promise.all((apps ?? []).map((app) => app.stop()));
  await prefix?.remove();
}, 60_000);

/** Of two fronts the third server has a canary; of one of them it does not answer. */
function canaryOf(app: string, servers: readonly object[]) {
  if (app !== 'parted' && app !== 'spared') return {};
  const chosen = app === 'parted' ? servers.slice(2) : [{ address: '127.0.0.1', port: dead }];
  const canary = { percent: 30, cookie: 'canary', salt: 3, servers: chosen };
  return { servers: servers.slice(0, 2), canary };
}

interface Visit {
  path?: string;
  headers?: Record<string, string>;
}

async function visit(name: keyof typeof fronts, { path = '/', headers = {} }: Visit = {}) {
  const answer = await ask({ port: front, path, headers: { Host: `${name}.example.com`, ...headers } });
  expect(answer.status, answer.body).toBe(200);
  return {
    app: (JSON.parse(answer.body) as { app: string }).app,
    cookies: answer.headers['set-cookie'] ?? [],
  };
}

/** Who answers so many visits, each app with its count. */
async function answers(name: keyof typeof fronts, count: number, of: (index: number) => Visit = () => ({})) {
  const counts: Record<string, number> = {};
  for (let index = 0; index < count; index += 1) {
    const { app } = await visit(name, of(index));
    counts[app] = (counts[app] ?? 0) + 1;
  }
  return counts;
}

describe('shared out by Nginx', { timeout: 60_000 }, () => {
  it('at random, every backend gets some', async () => {
    expect(Object.keys(await answers('random', 90)).sort()).toEqual(['one', 'three', 'two']);
  });

  it('by weight, four of six go to the heavy one', async () => {
    expect(await answers('weighted', 60)).toEqual({ one: 40, two: 10, three: 10 });
  });

  it('by weight, one that climbs gets its part of it', async () => {
    // 40 : 2 : 40, as 2 : a tenth of 1 : half of 4.
    expect(await answers('climbing', 82)).toEqual({ one: 40, two: 2, three: 40 });
  });

  it('by the visitor’s address, as the trusted proxy says it, each stays and many use all', async () => {
    const visitor = (index: number) => ({ headers: { 'X-Forwarded-For': `203.0.${index}.7` } });
    const seats = await Promise.all(Array.from({ length: 30 }, (_, index) => visit('tied', visitor(index))));
    expect(new Set(seats.map(({ app }) => app)).size).toBe(3);
    for (const [index, { app }] of seats.entries())
      expect((await visit('tied', visitor(index))).app).toBe(app);
  });

  it('a backup gets nothing while another answers, and one that is down never', async () => {
    expect(await answers('spare', 20)).toEqual({ two: 20 });
  });

  it('by a field, each value has its backend, and many values use all', async () => {
    const tenants = Array.from({ length: 30 }, (_, index) => `tenant-${index}`);
    const seats = new Map<string, string>();
    for (const tenant of [...tenants, ...tenants]) {
      const { app } = await visit('keyed', { headers: { 'X-Tenant': tenant } });
      expect(seats.get(tenant) ?? app).toBe(app);
      seats.set(tenant, app);
    }
    expect(new Set(seats.values()).size).toBe(3);
  });

  it('by address, the query counts', async () => {
    expect(Object.keys(await answers('paths', 10, () => ({ path: '/a?page=1' })))).toHaveLength(1);
    const pages = await answers('paths', 60, (index) => ({ path: `/a?page=${index}` }));
    expect(Object.keys(pages)).toHaveLength(3);
  });

  it('by a cookie, a visitor stays, new ones are spread, and scripts cannot read it', async () => {
    const first = await visit('kept');
    expect(first.cookies).toHaveLength(1);
    const [cookie = ''] = first.cookies;
    expect(cookie.toLowerCase()).toMatch(/^seat=[0-9a-f]{32}; ?.*/);
    expect(cookie.toLowerCase()).toContain('httponly');
    expect(cookie.toLowerCase()).toContain('samesite=lax');
    const headers = { Cookie: `theme=dark; ${cookie.split(';')[0]}` };
    expect(await answers('kept', 20, () => ({ headers }))).toEqual({ [first.app]: 20 });
    expect(Object.keys(await answers('kept', 60))).toHaveLength(3);
  });

  it('a canary gets its share of the newcomers, who stay, and whoever chooses it', async () => {
    const shares: Record<string, number> = {};
    for (let index = 0; index < 200; index += 1) {
      const { app, cookies } = await visit('parted');
      shares[app] = (shares[app] ?? 0) + 1;
      const number = cookies.find((cookie) => cookie.startsWith('canary='))?.split(';')[0] ?? '';
      expect(number).toMatch(/^canary=[0-9a-f]{32}$/);
      if (index >= 10) continue;
      for (let again = 0; again < 3; again += 1) {
        const back = await visit('parted', { headers: { Cookie: number } });
        expect(back.app === 'three').toBe(app === 'three');
        expect(back.cookies.some((cookie) => cookie.startsWith('canary='))).toBe(false);
      }
    }
    // Of 200 by 30 %: 60, with a standard deviation of 6.5.
    expect(shares.three).toBeGreaterThan(30);
    expect(shares.three).toBeLessThan(90);
    const choosing = (value: string) => () => ({ headers: { Cookie: `canary=${value}` } });
    expect(await answers('parted', 20, choosing('always'))).toEqual({ three: 20 });
    expect((await answers('parted', 20, choosing('never'))).three).toBeUndefined();
    for (const made of ['x', '', '"; Path=/evil', '$request_uri', 'A'.repeat(32)]) {
      const { cookies } = await visit('parted', { headers: { Cookie: `canary=${made}` } });
      expect(
        cookies.filter((cookie) => /^canary=[0-9a-f]{32};/.test(cookie)),
        made,
      ).toHaveLength(1);
    }
    // Nginx writes it within a second.
    const lines = await vi.waitFor(
      async () => {
        const log = await readFile(join(prefix.path, 'log/fairlead-parted.canary.log'), 'utf8');
        expect(log.length).toBeGreaterThan(0);
        return log.trim().split('\n');
      },
      { timeout: 5_000 },
    );
    for (const line of lines) expect(line).toMatch(/^[0-9.]+\|127\.0\.0\.1:[0-9]+\|200\|[0-9.]+$/);
  });

  it('a canary that does not answer at all costs no visitor an answer', async () => {
    const headers = { Cookie: 'canary=always' };
    const found = await answers('spared', 10, () => ({ headers }));
    expect((found.one ?? 0) + (found.two ?? 0)).toBe(10);
  });

  it('under maintenance nobody is let through, and nothing is kept of the page', async () => {
    const before = apps.flatMap(({ seen }) => seen).length;
    const page = await ask({ port: front, path: '/shop', headers: { Host: 'closed.example.com' } });
    expect([page.status, page.headers['retry-after'], page.headers['cache-control']]).toEqual([
      503,
      '120',
      'no-store',
    ]);
    expect(page.headers['content-type']).toBe('text/html');
    expect(page.body).toContain('<h1>Back soon</h1>');
    expect(apps.flatMap(({ seen }) => seen)).toHaveLength(before);
  });

  it('a made-up cookie is replaced, and changes nothing else', async () => {
    for (const made of ['x', '', 'a'.repeat(4000), '"; Path=/evil', '$request_uri']) {
      const { cookies } = await visit('kept', { headers: { Cookie: `seat=${made}` } });
      expect(cookies.join(), made).toMatch(/^seat=[0-9a-f]{32}/);
    }
  });
});

describe('least time', () => {
  const spec = frontSpecSchema.parse({
    kind: 'front',
    app: 'fast',
    generation: 1,
    names: ['fast.example.com'],
    listenPort: 80,
    method: 'least_time',
    servers: [{ address: '10.0.0.2', port: 80 }],
  });

  it('is written where Nginx has it, and refused by name where it has not', () => {
    const on = (version: string) => renderFront(spec, capabilitiesOf({ version, modules: [] })).content;
    expect(on('1.31.0')).toContain('least_time header;');
    expect(() => on('1.30.6')).toThrow('Nginx 1.30.6 has no least_time.');
  });
});
