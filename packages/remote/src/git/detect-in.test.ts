import { expect, test } from 'vitest';
import { detectIn } from './detect-runtime.ts';
import type { RepositoryFiles } from './repository-files.ts';

type Tree = Record<string, string | object>;

function filesOf(tree: Tree): RepositoryFiles {
  return {
    commit: 'c'.repeat(40),
    paths: new Set(Object.keys(tree)),
    read: async (path) => {
      const content = tree[path];
      return typeof content === 'object' ? JSON.stringify(content, null, 1) : (content ?? null);
    },
    fetch: async () => undefined,
    within: async (folder) => {
      const start = `${folder}/`;
      const inside = Object.entries(tree).filter(([path]) => path.startsWith(start));
      return inside.length === 0
        ? null
        : filesOf(Object.fromEntries(inside.map(([path, content]) => [path.slice(start.length), content])));
    },
  };
}

const detect = (tree: Tree, folder: string | null = null) =>
  detectIn(filesOf(tree), {
    folder,
    folderSaid: (text) => /^rootDirectory: (\S+)$/m.exec(text)?.[1] ?? null,
  });
type Found = Awaited<ReturnType<typeof detect>>;
const evidenceOf = ({ evidence }: Found, field: string) =>
  evidence
    .filter((each) => each.field === field)
    .map(({ file, line }) => (line === null ? file : `${file}:${line}`));

const web = { name: '@shop/web', scripts: { build: 'next build', start: 'next start' } };
const api = { name: '@shop/api', main: 'server.js' };
const packages: Tree = {
  'apps/web/package.json': web,
  'apps/api/package.json': api,
  'apps/api/server.js': '',
  'packages/ui/package.json': { name: '@shop/ui', scripts: { build: 'tsc' } },
};
const pnpm: Tree = {
  ...packages,
  'package.json': { private: true, scripts: { build: 'turbo run build' }, packageManager: 'pnpm@10.4.0' },
  'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
  'pnpm-workspace.yaml': "packages:\n  # ours\n  - 'apps/*'\n  - packages/*\n  - '!apps/old'\n",
  '.nvmrc': '22\n',
};
const npm: Tree = { ...packages, 'package.json': { workspaces: ['apps/*'] }, 'package-lock.json': '' };
const yarn: Tree = {
  ...packages,
  'package.json': { workspaces: { packages: ['apps/*', 'packages/**'] }, devDependencies: { turbo: '2' } },
  'yarn.lock': '__metadata:\n  version: 8\n',
  'turbo.json': '{}',
};

test.each([
  [
    pnpm,
    'apps/web',
    {
      installCommand: 'pnpm install --frozen-lockfile',
      buildCommand: 'pnpm --filter @shop/web... run build',
      startCommand: 'pnpm --dir apps/web run start',
      runtimeVersion: '22',
    },
  ],
  [
    npm,
    'apps/web',
    {
      installCommand: 'npm ci',
      buildCommand: 'npm run build --workspace=apps/web',
      startCommand: 'npm run start --workspace=apps/web',
    },
  ],
  [npm, 'apps/api', { buildCommand: null, startCommand: 'cd apps/api && node server.js' }],
  [
    yarn,
    'apps/web',
    {
      installCommand: 'yarn install --immutable',
      buildCommand: 'yarn run turbo run build --filter=@shop/web',
      startCommand: 'yarn workspace @shop/web run start',
    },
  ],
])('a package of a workspace is installed from the root (%#)', async (tree, folder, suggestions) => {
  const found = await detect(tree, folder);
  expect(found).toMatchObject({ runtime: 'node', suggestions: { ...suggestions, rootDirectory: null } });
  expect(evidenceOf(found, 'runtime')).toEqual([`${folder}/package.json`]);
  expect(evidenceOf(found, 'rootDirectory')[0]).toMatch(
    /^(?:package\.json:2|package\.json|pnpm-workspace\.yaml:1)/,
  );
  expect(evidenceOf(found, 'installCommand').some((file) => file.startsWith(folder))).toBe(false);
});

test('a site of a workspace is served from its folder', async () => {
  const tree = {
    ...npm,
    'apps/site/package.json': { scripts: { build: 'vite build' } },
    'apps/site/index.html': '',
  };
  expect(await detect(tree, 'apps/site')).toMatchObject({
    runtime: 'static',
    suggestions: { documentRoot: 'apps/site/dist', rootDirectory: null },
  });
});

test('a folder with a lock file of its own, or of no workspace, is the app alone', async () => {
  const own = await detect({ ...npm, 'apps/web/package-lock.json': '' }, 'apps/web');
  expect(own.suggestions).toMatchObject({ rootDirectory: 'apps/web', startCommand: 'npm run start' });
  expect(evidenceOf(own, 'installCommand')).toEqual(['apps/web/package-lock.json']);
  const elsewhere = await detect({ ...npm, 'tools/x/package.json': web }, 'tools/x');
  expect(elsewhere.suggestions).toMatchObject({ rootDirectory: 'tools/x', installCommand: 'npm install' });
  const python = {
    'api/main.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
    'api/requirements.txt': 'fastapi\n',
  };
  const found = await detect({ ...python, 'web/package.json': web }, 'api');
  expect(found).toMatchObject({ runtime: 'python', suggestions: { rootDirectory: 'api' } });
  expect(evidenceOf(found, 'startCommand')).toEqual(['api/main.py:2']);
});

test('an image is made of the folder, or of the root where it takes files from there', async () => {
  const from = (...lines: string[]) => ['FROM node:22', ...lines, 'CMD ["node", "server.js"]'].join('\n');
  const alone = await detect({ ...npm, 'apps/api/Dockerfile': from('COPY server.js ./') }, 'apps/api');
  expect(alone).toMatchObject({
    runtime: 'docker',
    suggestions: { rootDirectory: 'apps/api', containerFile: null },
    alternative: { runtime: 'node', suggestions: { rootDirectory: null, installCommand: 'npm ci' } },
  });
  const root = from('COPY package.json package-lock.json ./', 'COPY apps/api apps/api', 'EXPOSE 3000');
  const whole = await detect({ ...npm, 'apps/api/Dockerfile': root }, 'apps/api');
  expect(whole.suggestions).toMatchObject({
    ...{ rootDirectory: null, containerFile: 'apps/api/Dockerfile', containerPort: 3000 },
  });
  expect(evidenceOf(whole, 'rootDirectory')).toEqual(['apps/api/Dockerfile']);
  expect(evidenceOf(whole, 'containerPort')).toEqual(['apps/api/Dockerfile:4']);
});

test.each([
  ['pnpm', pnpm, ['apps/api node', 'apps/web node']],
  ['npm', npm, ['apps/api node', 'apps/web node']],
  [
    'several languages',
    {
      'README.md': '',
      'backend/manage.py': 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")',
      'backend/shop/settings.py': 'WSGI_APPLICATION = "shop.wsgi.application"\n',
      'backend/requirements.txt': 'django\n',
      'frontend/package.json': { scripts: { build: 'vite build' } },
      'frontend/index.html': '',
      'shop/public/index.php': '',
      'shop/composer.json': {},
      'worker/Dockerfile': 'FROM x\nCOPY . .\nCMD run\n',
      'docs/index.html': '',
      'node_modules/x/package.json': web,
      'a/b/c/d/index.html': '',
    },
    ['backend python', 'frontend static', 'shop php', 'worker docker'],
  ],
])('where the root has no app, folders are offered: %s', async (_, tree, folders) => {
  const found = await detect(tree);
  expect(found.runtime).toBeNull();
  expect(found.folders.map(({ path, runtime }) => `${path} ${runtime}`)).toEqual(folders);
});

test('a Python application one folder deeper is the root’s, unless its folder has packages of its own', async () => {
  const entry = { 'reports/app.py': 'from flask import Flask\napp = Flask(__name__)\n' };
  expect(await detect({ ...entry, 'requirements.txt': 'flask\n' })).toMatchObject({
    runtime: 'python',
    folders: [],
  });
  expect(await detect(entry)).toMatchObject({ runtime: 'python', folders: [] });
  expect(await detect({ ...npm, ...entry, 'reports/requirements.txt': 'flask\n' })).toMatchObject({
    runtime: null,
    folders: [{ path: 'apps/api' }, { path: 'apps/web' }, { path: 'reports', runtime: 'python' }],
  });
});

test('an app in the root is what counts; of a workspace that starts itself the folders are offered, too', async () => {
  const root = { 'package.json': web, 'package-lock.json': '', 'frontend/package.json': web };
  expect(await detect(root)).toMatchObject({ runtime: 'node', folders: [] });
  const starts = { ...npm, 'package.json': { workspaces: ['apps/*'], scripts: { start: 'node .' } } };
  expect(await detect(starts)).toMatchObject({
    runtime: 'node',
    folders: [{ path: 'apps/api' }, { path: 'apps/web' }],
  });
  const compose = { 'compose.yml': 'services:\n  web: {build: ./web}\n', 'web/package.json': web };
  expect(await detect(compose)).toMatchObject({
    runtime: 'docker',
    folders: [{ path: 'web', runtime: 'node' }],
  });
});

test('fairlead.yml: a folder’s own speaks first, the root’s where it names the folder', async () => {
  const root = { file: 'fairlead.yml', text: 'rootDirectory: apps/web\n' };
  const own = { file: 'apps/api/fairlead.yml', text: 'healthPath: /up\n' };
  const tree = { ...npm, [root.file]: root.text, [own.file]: own.text };
  const said = await detect(tree);
  expect(said).toMatchObject({
    runtime: 'node',
    declaration: root,
    // The folder alone is the app, so that nothing outside of it is used.
    suggestions: { rootDirectory: 'apps/web', installCommand: 'npm install', startCommand: 'npm run start' },
  });
  expect(evidenceOf(said, 'installCommand')).toContain('package.json:2');
  expect((await detect(tree, 'apps/web')).declaration).toEqual(root);
  expect(await detect(tree, 'apps/api')).toMatchObject({
    declaration: own,
    suggestions: { rootDirectory: 'apps/api' },
  });
  expect((await detect({ ...tree, [own.file]: '' }, 'packages/ui')).declaration).toBeNull();
});

test.each(['apps/wbe', 'apps/web/package.json', '..', '.git', '/etc', 'apps/../apps', '-x', 'a b', ''])(
  'the folder %j is refused',
  async (folder) => {
    await expect(detect(npm, folder)).rejects.toMatchObject({ code: 'invalid-input' });
  },
);

test('a tree of many folders is looked over in time', async () => {
  const tree: Tree = {};
  for (let n = 0; n < 19_000; n += 1) tree[`a${n}/package.json`] = web;
  const started = performance.now();
  const { folders } = await detect(tree);
  expect(folders.length).toBe(24);
  expect(performance.now() - started).toBeLessThan(3_000);
});
