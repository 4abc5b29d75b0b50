import { Prober } from '@fairlead/remote';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { onBoth } from './prepared.ts';
import { domain, openShops, type Shops, visitorCount } from './reloads.ts';

const reloads = 12;

let fleet: Shops;
beforeAll(async () => {
  fleet = await openShops(24);
});
afterAll(() => fleet?.close());

test('reloads under visitors who never send twice lose requests where nobody is told: the test of the test', () =>
  onBoth(fleet, async (host) => {
    const { lost, results } = await fleet.visitedReloads(host, false, reloads);
    expect(lost).toBeGreaterThan(0);
    expect(results.map(({ announcedMs }) => announcedMs)).toEqual(Array(reloads).fill(0));
  }));

test('announced reloads of front and backend lose none of them', () =>
  onBoth(fleet, async (host) => {
    const { sent, lost, results } = await fleet.visitedReloads(host, true, reloads);
    expect({ lost }).toEqual({ lost: 0 });
    expect(sent).toBeGreaterThan(reloads * 4 * visitorCount);
    // On a starved machine a reload may find nobody connected, and then has nobody to tell.
    const announced = results.filter(({ announcedMs }) => announcedMs > 0);
    expect(announced.length).toBeGreaterThan(reloads / 2);
    await expect.poll(() => host.sh('ls /run/fairlead')).not.toContain('closing');
  }));

test('where nobody is connected, or a health probe alone, no time is spent on telling', () =>
  onBoth(fleet, async (host) => {
    // The reload ends what visitors have left open.
    await fleet.applyNext(host, true);
    expect((await fleet.applyNext(host, true)).announcedMs).toBe(0);
    const { address } = host.machine;
    const prober = new Prober(fleet.pool);
    const question = {
      via: host.client.target,
      address,
      port: 20_000,
      path: '/',
      host: domain,
      timeoutMs: 5_000,
    };
    // Nginx remembers the word of the reload before for up to a second.
    const keptAfterProbe = async () => {
      expect(await prober.probe(question)).toMatchObject({ kind: 'observed', healthy: true });
      return host.sh("ss -Htn state established '( sport = :20000 )'");
    };
    await expect.poll(keptAfterProbe, { timeout: 5_000 }).not.toBe('');
    expect((await fleet.applyNext(host, true)).announcedMs).toBe(0);
    prober.close();
  }));

test('an announcement that a killed program left behind ends with the next apply', () =>
  onBoth(fleet, async (host) => {
    await fleet.applyNext(host, true);
    await expect.poll(() => host.sh('ls /run/fairlead')).not.toContain('closing');
    await host.sh('touch -d "1 minute ago" /run/fairlead/closing');
    await host.call('nginx.test', await fleet.files(host, true));
    expect(await host.sh('ls /run/fairlead')).not.toContain('closing');
  }));
