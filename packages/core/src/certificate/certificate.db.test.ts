import type { AppError } from '@fairlead/errors';
import { makeAuthority } from '@fairlead/nginx/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as core from '../index.ts';
import { finishOperations, seedAppliedConfig, seedLiveApp } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
let owner: core.Actor;
const authority = makeAuthority();
beforeAll(async () => {
  world = await createWorld();
  owner = world.ours.owner;
});
afterAll(() => world.close());

const change = (appId: string, tls: object, more: object = {}) =>
  core.changeLoadBalancer(world.ctx, owner, { appId, tls, ...more });
const read = async (appId: string) => (await core.readLoadBalancer(world.ctx, owner, { appId })).tls;
const plan = (appId: string, tls: object) =>
  core.planLoadBalancer(world.ctx, owner, { appId, action: 'change', tls });
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: AppError) => error.message,
  );

/** A live app and a certificate for its name, which is kept. */
async function withCertificate(wish: { days?: number; more?: string[] } = {}) {
  const { app, loadBalancer } = await seedLiveApp(world, owner);
  const [name = ''] = app.domains;
  const made = authority.issue({ names: [name, ...(wish.more ?? [])], ...wish });
  const certificate = await core.uploadCertificate(world.ctx, owner, {
    appId: app.id,
    certificate: made.chain,
    key: made.key,
  });
  return { appId: app.id, app, name, made, certificate, loadBalancerId: loadBalancer.id };
}

describe('an uploaded certificate', () => {
  it('is kept with its key encrypted, told without both, and written down in the audit log', async () => {
    const { appId, app, name, made, certificate } = await withCertificate();
    expect(certificate).toMatchObject({ source: 'uploaded', names: [name], expiry: 'far', inUse: false });
    const row = await world.ctx.prisma.certificate.findUniqueOrThrow({ where: { id: certificate.id } });
    expect(row.keyCipher).toMatch(/^v1\./);
    const secret = await core.readCertificateSecret(world.ctx, app, row.sha256);
    expect(secret.chain).toBe(made.chain);
    expect(secret.key.reveal().replaceAll(/\s/g, '')).toBe(made.key.replaceAll(/\s/g, ''));
    const told = JSON.stringify([
      await core.listCertificates(world.ctx, owner, { appId }),
      await core.readLoadBalancer(world.ctx, owner, { appId }),
      await core.listAudit(world.ctx, owner, {}),
    ]);
    expect(told).not.toContain('PRIVATE KEY');
    expect(told).not.toContain(row.keyCipher);
    expect(told).toContain('certificate.upload');
    const again = { appId, certificate: made.chain, key: made.key };
    expect((await core.uploadCertificate(world.ctx, owner, again)).id).toBe(certificate.id);
  });

  it('opens in no other row and no other organization', async () => {
    const { app, certificate } = await withCertificate();
    const row = await world.ctx.prisma.certificate.findUniqueOrThrow({ where: { id: certificate.id } });
    const elsewhere = { id: app.id, organizationId: world.theirs.organizationId };
    await expect(core.readCertificateSecret(world.ctx, elsewhere, row.sha256)).rejects.toThrow(
      'A stored secret cannot be read.',
    );
  });

  it('is removed while nobody is shown it, and not before', async () => {
    const { appId, certificate } = await withCertificate();
    await change(appId, { mode: 'uploaded', certificateId: certificate.id });
    const remove = () => core.removeCertificate(world.ctx, owner, { appId, certificateId: certificate.id });
    expect(await refusal(remove())).toContain('shows this certificate');
    await finishOperations(world, appId);
    await change(appId, { mode: 'off' });
    await remove();
    expect((await core.listCertificates(world.ctx, owner, { appId })).items).toEqual([]);
  });

  it('goes with its app', async () => {
    const { appId, certificate } = await withCertificate();
    await change(appId, { mode: 'uploaded', certificateId: certificate.id });
    await world.ctx.prisma.app.delete({ where: { id: appId } });
    expect(await world.ctx.prisma.certificate.count({ where: { appId } })).toBe(0);
  });
});

describe('TLS of a front', () => {
  it('is planned as lines of its file, stored, and told', async () => {
    const { appId, certificate, name } = await withCertificate();
    const settings = {
      mode: 'uploaded',
      forceHttps: true,
      hstsSeconds: 31_536_000,
      hstsSubdomains: true,
      hstsPreload: true,
    };
    const tls = { ...settings, certificateId: certificate.id };
    const { servers, notes } = await plan(appId, tls);
    const diff = servers.flatMap(({ files }) => files.map((file) => file.diff)).join('\n');
    expect(diff).toContain('+    listen 443 ssl http2;');
    expect(diff).toContain('/etc/fairlead/certificates/');
    expect(diff).toContain(`+        return 308 https://$host$request_uri;`);
    const words = notes.map(({ text }) => text).join('\n');
    expect(words).toContain('port 443');
    expect(words).toContain('insist on HTTPS for 365 days, for every name below');
    expect(words).toContain('do not know the authority Test Intermediate');
    const { operation } = await change(appId, tls);
    expect(operation.title).toContain('speaks TLS');
    expect((await change(appId, tls)).operation.id).toBe(operation.id);
    expect(await read(appId)).toMatchObject({
      ...settings,
      certificate: { id: certificate.id, inUse: true },
      covered: [name],
      uncovered: [],
    });
    expect((await core.readApp(world.ctx, owner, { appId })).url).toBe(`https://${name}/`);
    await change(appId, { hstsSeconds: 40_000_000 });
    expect(await read(appId)).toMatchObject({ mode: 'uploaded', hstsSeconds: 40_000_000, forceHttps: true });
  });

  it('warns of a proxy that would be sent in circles', async () => {
    const { appId, certificate } = await withCertificate();
    const said = async () =>
      (await plan(appId, { mode: 'uploaded', certificateId: certificate.id, forceHttps: true })).notes
        .map(({ text }) => text)
        .join();
    expect(await said()).not.toContain('again and again');
    await world.ctx.prisma.loadBalancer.update({
      where: { appId },
      data: { http: { trustedProxy: { networks: ['198.51.100.0/24'], field: 'X-Forwarded-For' } } },
    });
    expect(await said()).toContain('again and again');
  });

  it('leaves names out that the certificate is not for, and says so', async () => {
    const { appId, app, certificate, name } = await withCertificate();
    await world.ctx.prisma.app.update({
      where: { id: appId },
      data: { domains: [`new.${name}`, name] },
    });
    const { notes } = await plan(appId, { mode: 'uploaded', certificateId: certificate.id });
    expect(notes.map(({ text }) => text).join()).toContain(`not for new.${name}`);
    await change(appId, { mode: 'uploaded', certificateId: certificate.id });
    const [front] = core.desiredOf(await core.loadFleet(world.ctx.prisma, app.id)).fronts;
    expect(front?.spec.names).toEqual([name, `new.${name}`]);
    expect(front?.spec.tls?.names).toEqual([name]);
    expect(await read(appId)).toMatchObject({ covered: [name], uncovered: [`new.${name}`] });
  });

  it.each<[object, string]>([
    [{ mode: 'uploaded' }, 'tls.certificateId: Choose one'],
    [{ mode: 'uploaded', certificateId: core.newId(new Date(0)) }, 'tls.certificateId: There is no such'],
    [{ mode: 'off', certificateId: core.newId(new Date(0)) }, 'tls.certificateId: Only an uploaded'],
    [{ mode: 'acme' }, 'tls.mode: The organization has no account'],
    [{ hstsSeconds: 5 }, 'tls.hstsSeconds'],
    [{ forceHttps: true, hstsSubdomains: true }, 'tls.hstsSubdomains'],
    [{ forceHttps: true, hstsSeconds: 5, hstsSubdomains: true, hstsPreload: true }, 'tls.hstsPreload'],
    [{ hstsSeconds: 1e9 }, 'tls.hstsSeconds: Two years at most.'],
    [{ mode: 'ACME' }, 'tls.mode'],
    [{ certificate: 'x' }, 'tls.certificate: There is no such field.'],
  ])('refuses %j', async (tls, words) => {
    const { app } = await seedLiveApp(world, owner);
    expect(await refusal(plan(app.id, tls))).toContain(words);
    expect(await refusal(change(app.id, tls))).toContain(words);
  });

  it('shows no certificate of another app, and none that has ended', async () => {
    const [one, two] = [await withCertificate(), await withCertificate()];
    const of = (certificateId: string) => ({ mode: 'uploaded', certificateId });
    expect(await refusal(change(one.appId, of(two.certificate.id)))).toContain(
      'There is no such certificate',
    );
    const ended = { notAfter: new Date(world.now.value.getTime() - 1) };
    await world.ctx.prisma.certificate.update({ where: { id: one.certificate.id }, data: ended });
    expect(await refusal(change(one.appId, of(one.certificate.id)))).toContain('ended on');
  });

  it('and the fields for visitors never say both how long browsers insist', async () => {
    const { appId, certificate } = await withCertificate();
    const http = { responseHeaders: [{ name: 'Strict-Transport-Security', value: 'max-age=1' }] };
    const forced = { mode: 'uploaded', certificateId: certificate.id, forceHttps: true };
    expect(await refusal(change(appId, forced, { http }))).toContain('tls.forceHttps');
    await change(appId, forced);
    await finishOperations(world, appId);
    expect(await refusal(core.changeLoadBalancer(world.ctx, owner, { appId, http }))).toContain(
      'http.responseHeaders',
    );
  });

  it('stays as it is where an earlier generation is restored', async () => {
    const { appId, certificate } = await withCertificate();
    const { prisma } = world.ctx;
    await prisma.loadBalancer.update({
      where: { appId },
      data: { enabled: true, status: 'on', generation: 2, observedGeneration: 2 },
    });
    await seedAppliedConfig(world, appId);
    await change(appId, { mode: 'uploaded', certificateId: certificate.id });
    await finishOperations(world, appId);
    const restore = { appId, action: 'restore', generation: 2 };
    const { notes } = await core.planLoadBalancer(world.ctx, owner, restore);
    expect(notes.map(({ text }) => text)).toContain('Generation 2 speaks no TLS. TLS stays as it is now.');
    await core.restoreLoadBalancer(world.ctx, owner, { appId, generation: 2 });
    expect(await read(appId)).toMatchObject({ mode: 'uploaded', certificate: { id: certificate.id } });
  });

  it('says how near its certificate’s end is', async () => {
    const { appId, certificate } = await withCertificate();
    await change(appId, { mode: 'uploaded', certificateId: certificate.id });
    const day = 86_400_000;
    const expiry = async (days: number) => {
      const notAfter = new Date(world.now.value.getTime() + days * day);
      const notBefore = new Date(world.now.value.getTime() - 60 * day);
      await world.ctx.prisma.certificate.update({
        where: { id: certificate.id },
        data: { notBefore, notAfter },
      });
      return (await core.readOverview(world.ctx, owner, {})).apps.find(({ id }) => id === appId)?.certificate
        ?.expiry;
    };
    expect([await expiry(60), await expiry(14), await expiry(-1)]).toEqual(['far', 'soon', 'over']);
    // Of a life of 62 days a quarter is 15.5, of one of 6 days 1.5.
    const of = (days: number, left: number) =>
      core.expiryOf(
        { source: 'acme', notBefore: new Date(0), notAfter: new Date(days * day) },
        new Date((days - left) * day),
      );
    expect([of(62, 13), of(6, 2), of(6, 1)]).toEqual(['soon', 'far', 'soon']);
  });
});
