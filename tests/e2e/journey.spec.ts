/**
 * What a new user does, clicked: set-up → servers → app → Enable Load Balancer → traffic → toggle → remove → disable. One story, told in order, while a
 * visitor keeps asking for the app; then every page is looked at, wide and narrow, light and dark.
 */
import { expect, type Page, test } from '@playwright/test';
import { type Asker, keepAsking, sendRequests } from '../../apps/local/src/traffic.ts';
import { inspectPages } from './inspect-pages.ts';
import { readStack, type Stack } from './place.ts';

const host = 'notes.example.test';
const owner = { name: 'Ada Owner', email: 'owner@example.test', password: 'correct horse battery' };

async function atConsole(stack: Stack, machine: string, line: string): Promise<string> {
  const response = await fetch(`${stack.consoleUrl}/${machine}`, { method: 'POST', body: line });
  if (!response.ok) throw new Error(`${machine}: ${await response.text()}`);
  return (await response.text()).trim();
}

/** Adds a server, pastes the line that the page shows, compares the fingerprint with the machine's own, and starts its preparation. */
async function bringIn(page: Page, stack: Stack, name: string, databases: string[]): Promise<void> {
  const machine = stack.machines.find((each) => each.name === name);
  if (!machine) throw new Error(`no machine ${name}`);
  await page.goto('/servers/new');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Address', { exact: true }).fill(machine.address);
  await page.getByRole('button', { name: 'Add server' }).click();
  await expect(page.getByRole('heading', { name: `Bring ${name} in` })).toBeVisible();
  const line = await page.locator('pre, code').filter({ hasText: 'ssh-ed25519' }).first().textContent();
  if (!line) throw new Error('the page shows no line to paste');
  await atConsole(stack, name, line);
  await page.getByRole('button', { name: 'Check connection' }).click();

  const confirm = page.getByRole('button', { name: 'Confirm fingerprint' });
  await expect(confirm).toBeVisible({ timeout: 30_000 });
  const own = await atConsole(stack, name, 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub');
  const [, fingerprint] = own.split(' ');
  await expect(page.getByText(fingerprint ?? 'no fingerprint').first()).toBeVisible();
  await confirm.click();

  const prepare = page.getByRole('button', { name: 'Prepare server' });
  await expect(prepare).toBeEnabled({ timeout: 30_000 });
  await prepare.click();
  const dialog = dialogWith(page, 'Start preparation');
  await dialog.getByRole('checkbox', { name: 'Node.js' }).setChecked(true);
  for (const database of databases) await dialog.getByRole('checkbox', { name: database }).setChecked(true);
  await dialog.getByRole('button', { name: 'Start preparation' }).click();
  await expect(dialog).toBeHidden();
}

/** The dialog with that button: a toast is a dialog too. */
function dialogWith(page: Page, button: string): ReturnType<Page['getByRole']> {
  return page.getByRole('dialog').filter({ has: page.getByRole('button', { name: button, exact: true }) });
}

/** Opens the app's page of that name by its tab. */
async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name, exact: true }).click();
}

/** Every operation of the app has ended, and the last one well: its buttons work again. */
async function settled(page: Page, control: ReturnType<Page['getByRole']>): Promise<void> {
  await expect(control).toBeEnabled({ timeout: 240_000 });
  await expect(page.getByText(/^Failed$/)).toHaveCount(0);
}

test('one server becomes a balanced fleet, and one server again', async ({ page }) => {
  test.setTimeout(2_400_000);
  const stack = readStack();
  const primary = stack.machines[0];
  if (!primary) throw new Error('no machines');
  const target = { address: primary.address, host, path: '/whoami' };
  let visitor: Asker | undefined;

  await test.step('set up', async () => {
    await page.goto('/');
    await expect(page).toHaveURL(/\/setup$/);
    await page.getByLabel('Setup token').fill('not-the-token');
    await page.getByLabel('Your name').fill(owner.name);
    await page.getByLabel('E-mail').fill(owner.email);
    await page.getByLabel('Password').fill(owner.password);
    await page.getByLabel('Organization').fill('Example');
    await page.getByRole('button', { name: 'Set up Fairlead' }).click();
    await expect(page.getByText(/token/i).nth(1)).toBeVisible();
    await page.getByLabel('Setup token').fill(stack.setupToken);
    await page.getByRole('button', { name: 'Set up Fairlead' }).click();
    await expect(page).toHaveURL(/\/$/);
    await expect(page.getByRole('navigation').first()).toBeVisible();
  });

  await test.step('add three servers, one of them on Debian 13', async () => {
    for (const [index, { name }] of stack.machines.entries()) {
      await bringIn(page, stack, name, index === 0 ? ['PostgreSQL'] : []);
    }
    await page.goto('/servers');
    for (const { name } of stack.machines) {
      await expect(page.getByRole('row', { name }).getByText('Ready', { exact: true })).toBeVisible({
        timeout: 240_000,
      });
    }
  });

  await test.step('create the app from its repository', async () => {
    await page.goto('/apps/new');
    await page.getByLabel('Repository URL').fill(stack.repositoryUrl);
    await page.getByRole('button', { name: 'Read repository' }).click();
    await expect(page.getByLabel('Start command')).not.toHaveValue('');
    await page.getByLabel('Name', { exact: true }).fill('notes');
    await page.getByRole('radio', { name: /^web-1/ }).click();
    await page.getByRole('radio', { name: /^PostgreSQL/ }).click();
    await page.getByLabel('Domains').fill(host);
    await page.getByRole('button', { name: 'Create app' }).click();
    await expect(page.getByRole('heading', { name: 'notes', exact: true })).toBeVisible();
  });

  await test.step('deploy it to the primary alone', async () => {
    const deploy = page.getByRole('button', { name: 'Deploy', exact: true });
    await deploy.click();
    await expect(page.getByText('Not deployed yet')).toBeHidden();
    await settled(page, deploy);
    const report = await sendRequests(target, 20);
    expect(report).toMatchObject({ failed: 0, backends: { 'web-1': 20 } });
    visitor = keepAsking(target);
  });

  await test.step('enable the load balancer', async () => {
    await openTab(page, 'Load balancer');
    await page.getByRole('link', { name: 'Enable Load Balancer' }).click();
    await expect(page.getByText(/^Checked commit [0-9a-f]{7} \(/)).toBeVisible({ timeout: 30_000 });
    const files = page.getByRole('listitem').filter({ hasText: 'File uploads go to object storage' });
    await expect(files.last()).toHaveAttribute('data-status', 'ok');
    for (const point of await page.getByRole('checkbox').all()) await point.click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('checkbox', { name: 'web-2' }).click();
    await page.getByRole('checkbox', { name: 'web-3' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Review plan' }).click();
    await expect(page.getByText(/least_conn|upstream|server 198\.18/).first()).toBeVisible();
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await expect(page.getByText('3 of 3 enabled backends healthy')).toBeVisible({ timeout: 240_000 });
    const report = await sendRequests(target, 90);
    expect(report.failed).toBe(0);
    expect(Object.keys(report.backends).sort()).toEqual(['web-1', 'web-2', 'web-3']);
  });

  await test.step('every page, wide and narrow, light and dark', async () => {
    await inspectPages(page);
  });

  await test.step('take a backend out and in again', async () => {
    await page.goto('/apps');
    await page.getByRole('link', { name: 'notes' }).first().click();
    await openTab(page, 'Load balancer');
    const serve = page.getByRole('switch', { name: 'Serve traffic from web-2' });
    await settled(page, serve);
    await serve.click();
    await expect(page.getByText('2 of 2 enabled backends healthy')).toBeVisible({ timeout: 60_000 });
    await settled(page, serve);
    const without = await sendRequests(target, 40);
    expect(without.failed).toBe(0);
    expect(Object.keys(without.backends).sort()).toEqual(['web-1', 'web-3']);
    await serve.click();
    await expect(page.getByText('3 of 3 enabled backends healthy')).toBeVisible({ timeout: 60_000 });
    await settled(page, serve);
  });

  await test.step('give one backend a larger share, by another method', async () => {
    const options = page.getByRole('button', { name: 'Options of web-2' });
    await settled(page, options);
    await options.click();
    const share = dialogWith(page, 'Apply');
    await share.getByLabel('Weight').fill('4');
    await share.getByRole('button', { name: 'Review plan' }).click();
    await expect(share.getByText(/weight=4/).first()).toBeVisible();
    await share.getByRole('button', { name: 'Apply' }).click();
    await expect(share).toBeHidden();
    const change = page.getByRole('button', { name: 'Change method' });
    await settled(page, change);
    await expect(page.getByText('weight 4')).toBeVisible();
    const report = await sendRequests(target, 60);
    expect(report.failed).toBe(0);
    expect(report.backends['web-2']).toBeGreaterThan(2 * (report.backends['web-1'] ?? 0));
    await change.click();
    const method = dialogWith(page, 'Apply');
    await method.getByRole('radio', { name: 'Least connections' }).click();
    await method.getByRole('button', { name: 'Review plan' }).click();
    await expect(method.getByText(/least_conn/).first()).toBeVisible();
    await method.getByRole('button', { name: 'Apply' }).click();
    await expect(page.getByText('Least connections').first()).toBeVisible();
    await settled(page, change);
    expect((await sendRequests(target, 30)).failed).toBe(0);
  });

  await test.step('remove a backend', async () => {
    const remove = page.getByRole('button', { name: 'Remove web-3' });
    await settled(page, remove);
    await remove.click();
    const dialog = dialogWith(page, 'Apply');
    await dialog.getByLabel('Type web-3 to confirm').fill('web-3');
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await expect(page.getByText('2 of 2 enabled backends healthy')).toBeVisible({ timeout: 240_000 });
    await expect(remove).toHaveCount(0, { timeout: 240_000 });
    const left = await atConsole(
      stack,
      'web-3',
      'ls -d /etc/nginx/fairlead/http/notes* /srv/fairlead/notes /etc/fairlead/apps/notes.env 2>/dev/null | wc -l; nft list ruleset | grep -c 20000 || true',
    );
    expect(left.split('\n')).toEqual(['0', '0']);
  });

  await test.step('disable load balancing', async () => {
    const disable = page.getByRole('button', { name: 'Disable load balancing' });
    await settled(page, disable);
    await disable.click();
    const dialog = dialogWith(page, 'Apply');
    await dialog.getByLabel('Type notes to confirm').fill('notes');
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await expect(page.getByRole('link', { name: 'Enable Load Balancer' })).toBeVisible({ timeout: 240_000 });
    const report = await sendRequests(target, 20);
    expect(report).toMatchObject({ failed: 0, backends: { 'web-1': 20 } });
  });

  await test.step('the visitor saw no failure from the first deployment to the end', async () => {
    const report = await visitor?.stop();
    expect(report?.requests).toBeGreaterThan(500);
    expect(report?.failures).toEqual([]);
    // The control: the same visitor does see a failure where there is one.
    const control = await sendRequests({ ...target, path: '/nowhere' }, 4);
    expect(control.failed).toBe(4);
  });
});
