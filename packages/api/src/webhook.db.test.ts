import { createHmac, randomUUID } from 'node:crypto';
import { seedLiveApp } from '@fairlead/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as schemas from './schemas/index.ts';
import { startApiServer } from './server.ts';
import { type ApiWorld, createApiWorld } from './testing.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await createApiWorld();
});
afterAll(() => world.close());

type Hook = { appId: string; path: string; secret: string };

async function createHook(): Promise<Hook> {
  const { app } = await seedLiveApp(world, world.ours.owner);
  const answer = await world.send('PUT', `/apps/${app.id}/webhook`, { enabled: true }, asOwner());
  const { path, secret } = schemas.webhookWithSecretSchema.parse(await answer.json());
  return { appId: app.id, path: path ?? '', secret: secret ?? '' };
}
const asOwner = () => ({ token: world.tokens.owner });
const read = async ({ appId }: Hook) =>
  schemas.webhookSchema.parse(
    await (await world.send('GET', `/apps/${appId}/webhook`, undefined, asOwner())).json(),
  );

const commitOf = (n: number) => n.toString(16).padStart(40, 'c');
let pushes = 0;
const nextCommit = () => {
  pushes += 1;
  return commitOf(pushes);
};
const plain = (ref: string) => JSON.stringify({ ref, after: nextCommit(), repository: { id: 1 } });
const hmac = (secret: string, body: string) => createHmac('sha256', secret).update(body).digest('hex');

interface Sent {
  body: string;
  headers: Record<string, string>;
}
type Host = 'github' | 'gitlab' | 'bitbucket' | 'gitea';

/** As each host sends a push, with the headers that its documentation names. */
const hosts: Record<Host, (secret: string, branch: string) => Sent> = {
  github: (secret, branch) => {
    const body = plain(`refs/heads/${branch}`);
    const headers = {
      'x-github-event': 'push',
      'x-github-delivery': randomUUID(),
      'x-hub-signature': 'sha1=0000000000000000000000000000000000000000',
      'x-hub-signature-256': `sha256=${hmac(secret, body)}`,
    };
    return { body, headers };
  },
  gitlab: (secret, branch) => {
    const headers = {
      'x-gitlab-event': 'Push Hook',
      'x-gitlab-event-uuid': randomUUID(),
      'x-gitlab-token': secret,
    };
    return { body: plain(`refs/heads/${branch}`), headers };
  },
  bitbucket: (secret, branch) => {
    const end = { type: 'branch', name: branch, target: { hash: nextCommit() } };
    const body = JSON.stringify({ push: { changes: [{ old: null, new: end }] } });
    const headers = {
      'x-event-key': 'repo:push',
      'x-request-uuid': randomUUID(),
      'x-hub-signature': `sha256=${hmac(secret, body)}`,
    };
    return { body, headers };
  },
  gitea: (secret, branch) => {
    const body = plain(`refs/heads/${branch}`);
    const delivery = randomUUID();
    const headers = {
      'x-gitea-event': 'push',
      'x-gitea-delivery': delivery,
      'x-gitea-signature': hmac(secret, body),
      'x-github-event': 'push',
      'x-github-delivery': delivery,
      'x-hub-signature-256': `sha256=${hmac(secret, body)}`,
    };
    return { body, headers };
  },
};
const names = Object.keys(hosts) as Host[];

const deliver = (hook: Hook, { body, headers }: Sent) =>
  world.send('POST', hook.path, body, { origin: null, headers });
const deployments = ({ appId }: Hook) => world.ctx.prisma.deployment.count({ where: { appId } });

describe.each(names)('a push of %s', (host) => {
  it('deploys the head of the branch, once for each delivery', async () => {
    const hook = await createHook();
    const before = await deployments(hook);
    const sent = hosts[host](hook.secret, 'main');
    const first = await deliver(hook, sent);
    expect(first.status).toBe(202);
    const { operation } = schemas.receivedPushSchema.parse(await first.json());
    expect(operation).toMatchObject({ kind: 'app.deploy', status: 'queued', appId: hook.appId });
    expect(operation.actorName?.toLowerCase()).toBe(`push by ${host}`);
    expect(world.enqueued).toContain(operation.id);
    expect((await deliver(hook, sent)).status).toBe(200);
    expect(await deployments(hook)).toBe(before + 1);
    const { deliveries } = await read(hook);
    expect(deliveries).toMatchObject([
      { host, outcome: 'started', ref: 'refs/heads/main', operationId: operation.id },
    ]);
  });

  it('to another branch does nothing', async () => {
    const hook = await createHook();
    const before = await deployments(hook);
    expect((await deliver(hook, hosts[host](hook.secret, 'feature/main'))).status).toBe(204);
    expect(await deployments(hook)).toBe(before);
    expect((await read(hook)).deliveries).toMatchObject([
      { outcome: 'other-branch', ref: 'refs/heads/feature/main', operationId: null },
    ]);
  });

  it('with a wrong secret is refused, without one too', async () => {
    const hook = await createHook();
    const before = await deployments(hook);
    expect((await deliver(hook, hosts[host](`${hook.secret}x`, 'main'))).status).toBe(403);
    const { body, headers } = hosts[host](hook.secret, 'main');
    const unsigned = Object.fromEntries(
      Object.entries(headers).filter(([name]) => !/signature|token/.test(name)),
    );
    expect((await deliver(hook, { body, headers: unsigned })).status).toBe(401);
    expect(await deployments(hook)).toBe(before);
    expect((await read(hook)).deliveries.map(({ outcome }) => outcome)).toEqual(['refused', 'refused']);
    // And what was refused is no delivery that came: the right signature still counts.
    expect((await deliver(hook, hosts[host](hook.secret, 'main'))).status).toBe(202);
  });
});

it('a body that was signed once is not taken again under another id', async () => {
  const hook = await createHook();
  for (const host of ['github', 'bitbucket', 'gitea'] as const) {
    const { body, headers } = hosts[host](hook.secret, 'main');
    expect((await deliver(hook, { body, headers })).status).toBe(202);
    const forged = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        /delivery|uuid/.test(name) ? randomUUID() : value,
      ]),
    );
    expect((await deliver(hook, { body, headers: forged })).status, host).toBe(200);
  }
});

it('a changed body breaks the signature', async () => {
  const hook = await createHook();
  const { body, headers } = hosts.github(hook.secret, 'next');
  expect((await deliver(hook, { body: body.replace('next', 'main'), headers })).status).toBe(403);
});

it('the old SHA-1 signature proves nothing', async () => {
  const hook = await createHook();
  const body = plain('refs/heads/main');
  const headers = {
    'x-github-event': 'push',
    'x-hub-signature': `sha1=${createHmac('sha1', hook.secret).update(body).digest('hex')}`,
  };
  expect((await deliver(hook, { body, headers })).status).toBe(403);
});

it('many at once start one deployment, and what comes while one runs waits behind it as one', async () => {
  const hook = await createHook();
  const { prisma } = world.ctx;
  const before = await deployments(hook);
  const sent = hosts.github(hook.secret, 'main');
  const same = await Promise.all(Array.from({ length: 5 }, () => deliver(hook, sent)));
  expect(same.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 202]);
  await prisma.operation.updateMany({ where: { appId: hook.appId }, data: { status: 'running' } });
  await prisma.deployment.updateMany({ where: { appId: hook.appId }, data: { status: 'running' } });
  const different = await Promise.all(
    Array.from({ length: 5 }, () => deliver(hook, hosts.github(hook.secret, 'main'))),
  );
  const ids = await Promise.all(
    different.map(async (answer) => schemas.receivedPushSchema.parse(await answer.json()).operation.id),
  );
  expect(new Set(ids).size).toBe(1);
  expect(await deployments(hook)).toBe(before + 2);
  const { deliveries } = await read(hook);
  expect(deliveries.map(({ outcome }) => outcome).sort()).toEqual([
    ...Array(4).fill('joined'),
    'started',
    'started',
  ]);
});

it('a ping, a tag, a deleted branch and what nobody can read start nothing', async () => {
  const hook = await createHook();
  const before = await deployments(hook);
  const sendSigned = (event: string, body: string, more: Record<string, string> = {}) =>
    deliver(hook, {
      body,
      headers: {
        'x-github-event': event,
        'x-github-delivery': randomUUID(),
        'x-hub-signature-256': `sha256=${hmac(hook.secret, body)}`,
        ...more,
      },
    });
  expect((await sendSigned('ping', '{"zen":"x"}')).status).toBe(204);
  expect((await sendSigned('push', plain('refs/tags/main'))).status).toBe(204);
  const gone = JSON.stringify({ ref: 'refs/heads/main', after: '0'.repeat(40) });
  expect((await sendSigned('push', gone)).status).toBe(204);
  for (const body of ['{', '[]', '{"ref":"refs/heads/main","after":"x"}', '{"ref":7}', '']) {
    expect((await sendSigned('push', body)).status, body).toBe(422);
  }
  expect(await deployments(hook)).toBe(before);
  const form = `payload=${encodeURIComponent(plain('refs/heads/main'))}`;
  const asForm = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await sendSigned('push', form, asForm)).status).toBe(202);
});

it('off it starts nothing, and on again it takes what is sent again', async () => {
  const hook = await createHook();
  const before = await deployments(hook);
  const set = (enabled: boolean) => world.send('PUT', `/apps/${hook.appId}/webhook`, { enabled }, asOwner());
  const answer = schemas.webhookWithSecretSchema.parse(await (await set(false)).json());
  expect(answer).toMatchObject({ enabled: false, path: hook.path, secret: null });
  const sent = hosts.gitea(hook.secret, 'main');
  expect((await deliver(hook, sent)).status).toBe(204);
  expect((await deliver(hook, hosts.gitea('wrong', 'main'))).status).toBe(403);
  expect(await deployments(hook)).toBe(before);
  await set(true);
  expect((await deliver(hook, sent)).status).toBe(202);
});

it('another address and secret end the old ones', async () => {
  const hook = await createHook();
  const answer = await world.send('POST', `/apps/${hook.appId}/webhook/secret`, {}, asOwner());
  const next = schemas.webhookWithSecretSchema.parse(await answer.json());
  expect((await deliver(hook, hosts.github(hook.secret, 'main'))).status).toBe(404);
  const moved = { ...hook, path: next.path ?? '', secret: next.secret ?? '' };
  expect((await deliver(moved, hosts.github(hook.secret, 'main'))).status).toBe(403);
  expect((await deliver(moved, hosts.github(moved.secret, 'main'))).status).toBe(202);
});

it('the secret is kept encrypted and told once, to no list, log or audit', async () => {
  const hook = await createHook();
  await deliver(hook, hosts.gitlab(hook.secret, 'main'));
  const rows = await world.ctx.prisma.$queryRaw<object[]>`SELECT row_to_json(w) AS row FROM webhook w`;
  const told = [JSON.stringify(rows)];
  for (const path of [`/apps/${hook.appId}/webhook`, `/apps/${hook.appId}`, '/audit', '/operations']) {
    told.push(await (await world.send('GET', path, undefined, asOwner())).text());
  }
  for (const text of told) expect(text).not.toContain(hook.secret);
});

it('is not there under an id that nobody has, nor once its app is being removed', async () => {
  const hook = await createHook();
  const stranger = { ...hook, path: `/api/v1/webhooks/${'x'.repeat(32)}` };
  expect((await deliver(stranger, hosts.github(hook.secret, 'main'))).status).toBe(404);
  await world.ctx.prisma.app.update({ where: { id: hook.appId }, data: { removing: true } });
  expect((await deliver(hook, hosts.github(hook.secret, 'main'))).status).toBe(404);
});

it('keeps a few refusals, and deliveries for a month', async () => {
  const hook = await createHook();
  const sent = hosts.github(hook.secret, 'main');
  expect((await deliver(hook, sent)).status).toBe(202);
  for (let n = 0; n < 23; n += 1) await deliver(hook, { body: '{}', headers: {} });
  const count = () => world.ctx.prisma.pushDelivery.count({ where: { appId: hook.appId } });
  expect(await count()).toBe(21);
  const start = world.now.value;
  world.now.value = new Date(start.getTime() + 29 * 24 * 3_600_000);
  expect((await deliver(hook, sent)).status).toBe(200);
  world.now.value = new Date(start.getTime() + 31 * 24 * 3_600_000);
  expect((await deliver(hook, hosts.github(hook.secret, 'main'))).status).toBe(202);
  expect(await count()).toBe(1);
  world.now.value = start;
});

it('a body without end is cut off on a real socket', async () => {
  const hook = await createHook();
  const server = await startApiServer(world.api);
  try {
    const post = (body: string | ReadableStream) =>
      fetch(`${server.url}${hook.path}`, { method: 'POST', body, duplex: 'half' } as RequestInit);
    expect((await post('x'.repeat(5 * 1024 * 1024))).status).toBe(413);
    const piece = new Uint8Array(256 * 1024);
    let pieces = 0;
    const endless = new ReadableStream({
      pull: (controller) => {
        pieces += 1;
        if (pieces > 400) controller.close();
        else controller.enqueue(piece);
      },
    });
    const status = await post(endless).then(
      (answer) => answer.status,
      () => 413,
    );
    expect(status).toBe(413);
    expect(pieces).toBeLessThan(400);
  } finally {
    await server.close();
  }
});
