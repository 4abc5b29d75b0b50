import type { AppError } from '@fairlead/errors';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RepositoryKey } from '../context.ts';
import * as core from '../index.ts';
import { seedLiveApp } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';
import { placeOf } from './place.ts';

let world: World;
let owner: core.Actor;
beforeAll(async () => {
  world = await createWorld();
  owner = world.ours.owner;
});
afterAll(() => world.close());

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: AppError) => error.code,
  );
async function appAt(repositoryUrl: string): Promise<string> {
  const { app } = await seedLiveApp(world, owner);
  await core.updateApp(world.ctx, owner, { appId: app.id, repositoryUrl });
  return app.id;
}
const move = (appId: string, repositoryUrl: string) =>
  core.updateApp(world.ctx, owner, { appId, repositoryUrl });
const token = 'glpat-verysecret';

it.each([
  ['https://git.example/team/app.git', 'https://git.example'],
  ['https://git.example:443/app.git', 'https://git.example'],
  ['https://git.example:8443/app.git', 'https://git.example:8443'],
  ['git@git.example:team/app.git', 'ssh://git.example'],
  ['ssh://git@git.example:2222/app.git', 'ssh://git.example:2222'],
  ['ssh://git@git.example:22/app.git', 'ssh://git.example'],
])('%s is at %s', (repositoryUrl, place) => {
  expect(placeOf(repositoryUrl).place).toBe(place);
});

it('a token goes to the place it was given for, and to no other', async () => {
  const appId = await appAt('https://git.example/app.git');
  expect(await core.readRepositoryKey(world.ctx, appId)).toBeNull();
  await core.setRepositoryToken(world.ctx, owner, { appId, token });
  const key = await core.readRepositoryKey(world.ctx, appId);
  expect(key).toMatchObject({ type: 'token', username: 'x-token-auth' });
  expect(key?.type === 'token' && key.token.reveal()).toBe(token);
  await move(appId, 'https://git.example/other.git');
  expect(await core.readRepositoryKey(world.ctx, appId)).not.toBeNull();
  for (const url of ['https://evil.example/app.git', 'https://git.example:8443/app.git']) {
    await move(appId, url);
    expect(await refusal(core.readRepositoryKey(world.ctx, appId))).toBe('conflict');
    expect(await core.readRepositoryAccess(world.ctx, owner, { appId })).toMatchObject({
      token: { fits: false },
    });
  }
  await core.removeRepositoryToken(world.ctx, owner, { appId });
  expect(await core.readRepositoryKey(world.ctx, appId)).toBeNull();
});

it('the check asks with the token, and refuses before it would go elsewhere', async () => {
  const appId = await appAt('https://git.example/app.git');
  await core.setRepositoryToken(world.ctx, owner, { appId, token });
  const asked: (RepositoryKey | null)[] = [];
  const ctx = {
    ...world.ctx,
    repositories: {
      ...world.ctx.repositories,
      headOf: async ({ key }: { key: RepositoryKey | null }) => {
        asked.push(key);
        return 'b'.repeat(40);
      },
    },
  };
  expect(await core.checkRepositoryAccess(ctx, owner, { appId })).toEqual({ commit: 'b'.repeat(40) });
  await move(appId, 'https://evil.example/app.git');
  expect(await refusal(core.checkRepositoryAccess(ctx, owner, { appId }))).toBe('conflict');
  expect(asked).toMatchObject([{ type: 'token' }]);
});

it('a deploy key counts with the host key that was confirmed for the place', async () => {
  const appId = await appAt('git@git.example:app.git');
  const act = { appId };
  expect(await core.readRepositoryKey(world.ctx, appId)).toBeNull();
  expect(await refusal(core.setRepositoryToken(world.ctx, owner, { appId, token }))).toBe('conflict');
  const made = await core.makeDeployKey(world.ctx, owner, act);
  expect(made.deployKey?.publicKey).toMatch(/^ssh-ed25519 \S+ fairlead-[a-z0-9-]+$/);
  expect(await refusal(core.readRepositoryKey(world.ctx, appId))).toBe('host-key-unknown');
  const fingerprint = `SHA256:${'o'.repeat(43)}`;
  const confirm = (text: string) =>
    refusal(core.confirmRepositoryHostKey(world.ctx, owner, { appId, fingerprint: text }));
  expect(await confirm(fingerprint)).toBe('conflict');
  await core.seeRepositoryHostKey(world.ctx, owner, act);
  expect(await refusal(core.readRepositoryKey(world.ctx, appId))).toBe('host-key-unknown');
  expect(await confirm(`SHA256:${'p'.repeat(43)}`)).toBe('conflict');
  expect(await confirm(fingerprint)).toBe('accepted');
  expect(await core.readRepositoryKey(world.ctx, appId)).toMatchObject({
    type: 'key',
    hostKey: 'ssh-ed25519 BBBB',
  });
  await move(appId, 'git@evil.example:app.git');
  expect(await refusal(core.readRepositoryKey(world.ctx, appId))).toBe('host-key-unknown');
  expect((await core.readRepositoryAccess(world.ctx, owner, act)).hostKey.pinned).toBeNull();
});

it('secrets are kept encrypted, in their own row, and told to nobody', async () => {
  const appId = await appAt('https://git.example/app.git');
  await core.setRepositoryToken(world.ctx, owner, { appId, token, username: 'gitlab+deploy-token-1' });
  await move(appId, 'git@git.example:app.git');
  await core.makeDeployKey(world.ctx, owner, { appId });
  const rows = await world.ctx.prisma.repositoryAccess.findMany();
  const told = JSON.stringify([
    rows,
    await core.readRepositoryAccess(world.ctx, owner, { appId }),
    await core.readApp(world.ctx, owner, { appId }),
    await core.listAudit(world.ctx, owner, {}),
  ]);
  expect(told).not.toContain(token);
  expect(told).not.toContain('PRIVATE KEY');
  const other = await appAt('https://git.example/app.git');
  const stolen = rows.find((row) => row.appId === appId);
  await world.ctx.prisma.repositoryAccess.create({
    data: { appId: other, tokenCipher: stolen?.tokenCipher ?? '', tokenPlace: 'https://git.example' },
  });
  await expect(core.readRepositoryKey(world.ctx, other)).rejects.toThrow();
});

it.each(['short', 'with space in it', 'line\nbreak-token', 'é'.repeat(20), ''])(
  'refuses the token %j',
  async (text) => {
    const appId = await appAt('https://git.example/app.git');
    expect(await refusal(core.setRepositoryToken(world.ctx, owner, { appId, token: text }))).toBe(
      'invalid-input',
    );
  },
);
