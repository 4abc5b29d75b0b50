import type { AppError } from '@fairlead/errors';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as core from '../index.ts';
import { finishOperations, seedLiveApp } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
let owner: core.Actor;
beforeAll(async () => {
  world = await createWorld();
  owner = world.ours.owner;
});
afterAll(() => world.close());

const set = (input: object) => core.setAcmeAccount(world.ctx, owner, input);
const row = () =>
  world.ctx.prisma.acmeAccount.findUniqueOrThrow({ where: { organizationId: owner.organizationId } });
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: AppError) => error.message,
  );

it('an account takes the word of whoever agrees, and keeps its key for as long as its directory', async () => {
  expect((await core.readAcmeAccount(world.ctx, owner, {})).account).toBeNull();
  const { account } = await set({ termsAgreed: true });
  expect(account).toMatchObject({
    directoryUrl: 'https://acme-v02.api.letsencrypt.org/directory',
    email: null,
    termsAgreedBy: owner.name,
    registered: false,
  });
  const first = await row();
  expect(first.keyCipher).toMatch(/^v1\./);
  await world.ctx.prisma.acmeAccount.updateMany({ data: { accountUrl: 'https://acme.example/1' } });
  await set({ termsAgreed: true });
  expect(await row()).toMatchObject({ keyCipher: first.keyCipher, accountUrl: 'https://acme.example/1' });
  // Another e-mail address is told to the directory, another directory gets another key.
  await set({ termsAgreed: true, email: 'ada@example.com' });
  expect(await row()).toMatchObject({ keyCipher: first.keyCipher, accountUrl: null });
  await set({ termsAgreed: true, directoryUrl: 'https://ca.example/acme/directory' });
  expect((await row()).keyCipher).not.toBe(first.keyCipher);
  const { key } = await core.readAcmeAccountSecret(world.ctx, owner.organizationId);
  expect(key.reveal()).toContain('BEGIN PRIVATE KEY');
  const told = JSON.stringify([
    await core.readAcmeAccount(world.ctx, owner, {}),
    await core.listAudit(world.ctx, owner, {}),
  ]);
  expect(told).not.toContain('PRIVATE');
  expect(told).not.toContain((await row()).keyCipher);
  expect((await core.readAcmeAccount(world.ctx, world.theirs, {})).account).toBeNull();
});

it.each<[object, string]>([
  [{}, 'termsAgreed'],
  [{ termsAgreed: false }, 'termsAgreed: It takes your word'],
  [{ termsAgreed: true, directoryUrl: 'http://ca.example/dir' }, 'directoryUrl'],
  [{ termsAgreed: true, directoryUrl: 'https://user:pass@ca.example/dir' }, 'directoryUrl'],
  [{ termsAgreed: true, directoryUrl: 'file:///etc/passwd' }, 'directoryUrl'],
  [{ termsAgreed: true, email: 'x\r\nBcc: y@example.com' }, 'email'],
])('refuses %j', async (input, words) => {
  expect(await refusal(set(input))).toContain(words);
});

it('with it an app can have a certificate that renews itself, ordered now or when it is due', async () => {
  const { app } = await seedLiveApp(world, owner);
  const order = () => core.orderCertificate(world.ctx, owner, { appId: app.id });
  expect(await refusal(order())).toContain('does not renew itself');
  await set({ termsAgreed: true });
  await core.changeLoadBalancer(world.ctx, owner, { appId: app.id, tls: { mode: 'acme', forceHttps: true } });
  await finishOperations(world, app.id);
  const { operation } = await order();
  expect(operation).toMatchObject({ kind: 'certificate.order', status: 'queued' });
  expect((await order()).operation.id).toBe(operation.id);
  // Without a certificate the front is as it was.
  const [front] = core.desiredOf(await core.loadFleet(world.ctx.prisma, app.id)).fronts;
  expect(front?.spec.tls).toBeUndefined();
  const error = new Error('x');
  await core.orderFailed(world.ctx.prisma, app, error, world.now.value);
  await core.orderFailed(world.ctx.prisma, app, error, world.now.value);
  const { tls } = await core.readLoadBalancer(world.ctx, owner, { appId: app.id });
  expect(tls).toMatchObject({
    mode: 'acme',
    certificate: null,
    order: { failures: 2, error: { code: 'internal' } },
  });
});

it('is not for an app without a domain', async () => {
  const { app } = await seedLiveApp(world, owner, { domains: [] });
  const change = core.changeLoadBalancer(world.ctx, owner, { appId: app.id, tls: { mode: 'acme' } });
  expect(await refusal(change)).toContain('give the app a domain first');
});
