import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Host, Needs } from './prepared.ts';
import { openShops, type Shops, visitorCount } from './reloads.ts';

const reloads = 12;
const everything: Needs = {
  prepare_runtimes: ['node', 'php', 'static'],
  prepare_databases: ['postgresql', 'mariadb'],
};

let fleet: Shops;
let host: Host;

beforeAll(async () => {
  fleet = await openShops(67, ['testing']);
  const [first] = fleet.hosts;
  if (!first) throw new Error('no machine');
  host = first;
});
afterAll(() => fleet?.close());

test('Debian testing is made ready for everything, and a second run changes nothing', async () => {
  expect(await host.prepare(everything)).toMatchObject({ failed: 0 });
  expect(await host.prepare(everything)).toMatchObject({ changed: 0, failed: 0 });
  expect(await host.sh('nginx -t 2>&1')).not.toMatch(/warn|emerg/);
});

test('the host program says what there is', async () => {
  const facts = await host.call('facts', {});
  expect(facts).toMatchObject({ os: { id: 'debian', versionId: '' }, firewall: 'nftables' });
  // The first with everything that the renderer knows of except `least_time`.
  expect(facts.nginx?.version).toMatch(/^1\.(?:29\.[7-9]|3\d\.\d+)$/);
  expect(facts.nginx?.modules).toEqual(expect.arrayContaining(['stream', 'ssl', 'realip', 'v2']));
  expect(facts).toMatchObject({
    postgresql: { maxConnections: 100 },
    mariadb: { maxConnections: 151 },
    node: expect.stringMatching(/^\d+\./),
    php: expect.stringMatching(/^8\./),
  });
});

test('reloads of a config as for an older Nginx lose requests: the test of the test', async () => {
  const { lost } = await fleet.visitedReloads(host, false, reloads, '1.26.3');
  expect(lost).toBeGreaterThan(0);
});

test('by keepalive_min_timeout none is lost, and nobody has to be told', async () => {
  const { sent, lost, results } = await fleet.visitedReloads(host, true, reloads);
  console.log(JSON.stringify({ sent, lost }));
  expect({ lost }).toEqual({ lost: 0 });
  expect(sent).toBeGreaterThan(reloads * 4 * visitorCount);
  expect(results.map(({ announcedMs }) => announcedMs)).toEqual(Array(reloads).fill(0));
  const served = await host.sh('nginx -T 2>/dev/null');
  expect(served).toContain('keepalive_min_timeout 10s;');
  expect(served).not.toContain('closing');
});
