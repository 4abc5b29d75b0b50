import { afterAll, beforeAll, expect, it } from 'vitest';
import { readChecklist } from '../load-balancer/checklist.ts';
import { seedLiveApp } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';
import { setObjectStorage } from './object-storage.ts';
import { readEnvironmentSecrets } from './reveal.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const storage = {
  ...{ endpoint: 'https://s3.example.com', region: 'eu-central-1', bucket: 'shop-files' },
  ...{ key: 'AKIAEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG', pathStyle: true },
};
const valuesOf = async (app: { id: string; organizationId: string }) =>
  Object.fromEntries(
    Object.entries(await readEnvironmentSecrets(world.ctx, app)).map(([key, value]) => [key, value.reveal()]),
  );

it.each([
  ['laravel', { FILESYSTEM_DISK: 's3', AWS_ENDPOINT: storage.endpoint, AWS_USE_PATH_STYLE_ENDPOINT: 'true' }],
  [
    'django',
    {
      AWS_STORAGE_BUCKET_NAME: 'shop-files',
      AWS_S3_ENDPOINT_URL: storage.endpoint,
      AWS_S3_ADDRESSING_STYLE: 'path',
    },
  ],
  ['node', { AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL_S3: storage.endpoint, S3_BUCKET: 'shop-files' }],
])(
  '%s: sets the variables that its S3 client reads, sealed; another storage leaves no endpoint behind',
  async (framework, some) => {
    const { app } = await seedLiveApp(world, world.ours.admin);
    const answer = await setObjectStorage(world.ctx, world.ours.deployer, {
      ...storage,
      framework,
      appId: app.id,
    });
    const written = JSON.stringify([
      answer,
      await world.ctx.prisma.auditEntry.findMany(),
      await world.ctx.prisma.environmentVariable.findMany(),
    ]);
    for (const secret of [storage.key, storage.secret]) expect(written).not.toContain(secret);
    const values = await valuesOf(app);
    expect(values).toMatchObject({
      ...some,
      AWS_ACCESS_KEY_ID: storage.key,
      AWS_SECRET_ACCESS_KEY: storage.secret,
    });
    await setObjectStorage(world.ctx, world.ours.deployer, {
      ...storage,
      framework,
      endpoint: null,
      appId: app.id,
    });
    expect(
      Object.keys(await valuesOf(app)).filter(
        (key) => key.includes('ENDPOINT_URL') || key === 'AWS_ENDPOINT',
      ),
    ).toEqual([]);
  },
);

it('puts the checklist’s point about uploads of a Laravel app in order', async () => {
  const { app } = await seedLiveApp(world, world.ours.admin, {
    runtime: 'php',
    documentRoot: 'public',
    startCommand: null,
  });
  const files = [
    {
      path: 'composer.json',
      text: '{"require":{"laravel/framework":"^12.0","league/flysystem-aws-s3-v3":"^3.0"}}',
    },
    { path: 'artisan', text: '<?php' },
    { path: 'app/Http/Controllers/Up.php', text: "<?php\n$request->file('photo')->store('photos');\n" },
  ];
  const tree = { commit: 'a'.repeat(40), paths: files.map(({ path }) => path), files, unread: [] };
  const ctx = { ...world.ctx, repositories: { ...world.ctx.repositories, readTree: async () => tree } };
  const uploads = async () =>
    (await readChecklist(ctx, world.ours.viewer, { appId: app.id })).items.find(
      ({ key }) => key === 'uploads',
    )?.status;
  expect(await uploads()).toBe('problem');
  await setObjectStorage(ctx, world.ours.admin, { ...storage, framework: 'laravel', appId: app.id });
  expect(await uploads()).toBe('ok');
});

it.each([
  ['endpoint', 'https://s3.example.com/bucket'],
  ['endpoint', 'https://user:pass@s3.example.com'],
  ['endpoint', 'file:///etc/passwd'],
  ['bucket', '../x'],
  ['bucket', 'Shop'],
  ['region', 'eu central'],
  ['secret', 'a\nb'],
  ['framework', 'rails'],
])('refuses %s %s on its field', async (field, value) => {
  const { app } = await seedLiveApp(world, world.ours.admin);
  const work = setObjectStorage(world.ctx, world.ours.admin, {
    ...storage,
    framework: 'node',
    [field]: value,
    appId: app.id,
  });
  await expect(work).rejects.toMatchObject({ code: 'invalid-input', details: { errors: [{ path: field }] } });
});
