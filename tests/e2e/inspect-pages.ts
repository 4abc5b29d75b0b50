import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { artefacts } from './place.ts';

const widths = [1440, 390] as const;
const schemes = ['light', 'dark'] as const;
const scriptLimitBytes = 200_000;

/** Pages that are the same for everybody, and those of the first app, server, operation and deployment that the lists link to. */
async function pagesOf(page: Page): Promise<Record<string, string>> {
  const first = async (list: string, pattern: RegExp): Promise<string> => {
    await page.goto(list);
    await expect.poll(async () => (await hrefs(page)).some((href) => pattern.test(href))).toBe(true);
    const found = (await hrefs(page)).find((href) => pattern.test(href));
    if (!found) throw new Error(`nothing like ${pattern} on ${list}`);
    return found;
  };
  const app = await first('/apps', /^\/apps\/[0-9a-f-]{36}$/);
  return {
    overview: '/',
    servers: '/servers',
    'server-new': '/servers/new',
    server: await first('/servers', /^\/servers\/[0-9a-f-]{36}$/),
    apps: '/apps',
    'app-new': '/apps/new',
    app,
    'load-balancer': `${app}/load-balancer`,
    http: `${app}/http`,
    tls: `${app}/tls`,
    deployments: `${app}/deployments`,
    deployment: await first(`${app}/deployments`, /\/deployments\/[0-9a-f-]{36}$/),
    processes: `${app}/processes`,
    environment: `${app}/environment`,
    database: `${app}/database`,
    health: `${app}/health`,
    config: `${app}/config`,
    'app-settings': `${app}/settings`,
    operations: '/operations',
    operation: await first('/operations', /^\/operations\/[0-9a-f-]{36}$/),
    settings: '/settings',
    'settings-team': '/settings/team',
    'settings-tokens': '/settings/tokens',
    'settings-ssh-key': '/settings/ssh-key',
    'settings-audit': '/settings/audit',
  };
}

function hrefs(page: Page): Promise<string[]> {
  return page.locator('a[href]').evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
}

/** Every page: a picture at both widths and in both schemes, no serious finding of axe, nothing wider than the window, little script. */
export async function inspectPages(page: Page): Promise<void> {
  const pictures = join(artefacts, 'pages');
  mkdirSync(pictures, { recursive: true });
  for (const [name, path] of Object.entries(await pagesOf(page))) {
    await page.goto(path);
    await expect(page.locator('h1').first()).toBeVisible();
    for (const colorScheme of schemes) {
      for (const width of widths) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: 900 });
        // A frame that was drawn before the change may still stand for one more.
        await page.evaluate(
          () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
        );
        await page.screenshot({
          path: join(pictures, `${name}-${width}-${colorScheme}.png`),
          fullPage: true,
        });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow, `${name} at ${width} px is wider than the window`).toBeLessThanOrEqual(0);
      }
      const { violations } = await new AxeBuilder({ page }).analyze();
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(
        serious.map(({ id, nodes }) => `${name} (${colorScheme}): ${id} ${nodes[0]?.html ?? ''}`),
        'serious findings of axe',
      ).toEqual([]);
    }
    const scriptBytes = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .filter((entry) => entry instanceof PerformanceResourceTiming && entry.name.includes('.js'))
        .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0),
    );
    expect(scriptBytes, `${name} loads too much script`).toBeLessThan(scriptLimitBytes);
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null });
  await page.setViewportSize({ width: 1280, height: 800 });
}
