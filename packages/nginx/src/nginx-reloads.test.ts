import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask } from '../testing/ask.ts';
import { type EchoApp, startEchoApp } from '../testing/echo-app.ts';
import {
  freePorts,
  installedNginx,
  makePrefix,
  type Prefix,
  type RunningNginx,
  startNginx,
} from '../testing/real-nginx.ts';
import { buildSlowRoad } from '../testing/slow-road.ts';
import { sendVisitors, type Visitors } from '../testing/visitors.ts';
import {
  frontSpecSchema,
  hasKeepaliveMinTimeout,
  type NginxCapabilities,
  needsAnnouncedReloads,
  renderFront,
} from './index.ts';

const host = 'shop.example.com';
const visitorCount = 32;
const patience = { timeout: 20_000, interval: 10 };
let capabilities: NginxCapabilities;
let prefix: Prefix;
let nginx: RunningNginx;
let app: EchoApp;
let front: number;
let road: { port: number; stop(): Promise<void> };

beforeAll(async () => {
  capabilities = { ...(await installedNginx()), announcesReloads: true };
  [front = 0] = await freePorts(1);
  app = await startEchoApp('one');
  const spec = {
    kind: 'front',
    app: 'shop',
    generation: 1,
    names: [host],
    listenPort: front,
    method: 'round_robin',
    servers: [{ address: '127.0.0.1', port: app.port }],
  };
  prefix = await makePrefix();
  nginx = await startNginx(prefix, [renderFront(frontSpecSchema.parse(spec), capabilities).content]);
  road = await buildSlowRoad(front, 10);
}, 60_000);

afterAll(async () => {
  await road?.stop();
  await nginx?.stop();
  await app?.stop();
  await prefix?.remove();
}, 60_000);

async function workers(): Promise<string[]> {
  const children = await readFile(`/proc/${nginx.pid}/task/${nginx.pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean);
}

async function isAccepting(worker: string): Promise<boolean> {
  const title = await readFile(`/proc/${worker}/cmdline`, 'utf8').catch(() => '');
  return title !== '' && !title.includes('shutting down');
}

async function reload(): Promise<void> {
  const before = await workers();
  process.kill(nginx.pid, 'SIGHUP');
  await vi.waitFor(
    async () => expect(await Promise.all(before.map(isAccepting))).not.toContain(true),
    patience,
  );
}

/** What a host program does: announce, let Nginx notice and everybody hear it, reload, and take the word back once the old workers are told to go. */
async function announcedReload(visitors: Visitors): Promise<void> {
  const announcement = join(prefix.path, 'run', 'closing');
  await writeFile(announcement, '');
  const headers = { Host: host, Connection: 'keep-alive' };
  await vi.waitFor(async () => {
    expect((await ask({ port: front, headers })).headers.connection).toBe('close');
  }, patience);
  const heard = visitors.sent + 3 * visitorCount;
  await vi.waitFor(() => expect(visitors.sent).toBeGreaterThan(heard), patience);
  await reload();
  await rm(announcement);
}

async function lostIn(reloads: (visitors: Visitors) => Promise<void>): Promise<number> {
  const visitors = sendVisitors(visitorCount, road.port, host);
  for (let index = 0; index < 3; index += 1) {
    const warm = visitors.sent + 3 * visitorCount;
    await vi.waitFor(() => expect(visitors.sent).toBeGreaterThan(warm), patience);
    await reloads(visitors);
  }
  await visitors.leave();
  return visitors.lost;
}

describe('a reload under load', { timeout: 120_000 }, () => {
  it('loses requests on an Nginx before 1.27.4 that is not told of it: the test of tests', async () => {
    const lost = await lostIn(reload);
    if (hasKeepaliveMinTimeout(capabilities)) expect(lost).toBe(0);
    else expect(lost).toBeGreaterThan(0);
  });

  it('loses none when it is announced where that Nginx needs it', async () => {
    expect(await lostIn(needsAnnouncedReloads(capabilities) ? announcedReload : reload)).toBe(0);
  });
});
