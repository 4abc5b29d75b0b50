import { expect, test } from 'vitest';
import { readCompose } from './compose.ts';
import { readDockerfile } from './dockerfile.ts';
import { judgeFiles } from './judge.ts';

const judge = (files: Record<string, string | object>) =>
  judgeFiles({
    paths: new Set(Object.keys(files)),
    read: async (path) => {
      const content = files[path];
      return typeof content === 'object' ? JSON.stringify(content) : (content ?? null);
    },
  });
type Guess = Awaited<ReturnType<typeof judge>>;
const evidenceOf = ({ evidence }: Guess, field: string) =>
  evidence
    .filter((each) => each.field === field)
    .map(({ file, line }) => (line === null ? file : `${file}:${line}`));
const lines = (...text: string[]) => `${text.join('\n')}\n`;

const node = { 'package.json': { scripts: { start: 'node server.js' } }, 'package-lock.json': '' };
const served = lines('FROM node:22', 'WORKDIR /app', 'COPY . .', 'CMD ["node", "server.js"]');

test('a Dockerfile that serves the app counts, and its code is the alternative', async () => {
  const guess = await judge({ Dockerfile: served, ...node });
  expect(guess).toMatchObject({
    runtime: 'docker',
    suggestions: { containerFile: null, containerPort: null, installCommand: null, startCommand: null },
    alternative: { runtime: 'node', suggestions: { installCommand: 'npm ci' } },
  });
  expect(evidenceOf(guess, 'runtime')).toEqual(['Dockerfile', 'package.json']);
  expect(evidenceOf(guess, 'startCommand')).toEqual(['Dockerfile:4']);
  expect((await judge({ Containerfile: served })).suggestions.containerFile).toBe('Containerfile');
  expect((await judge({ Dockerfile: served, Containerfile: served })).suggestions.containerFile).toBeNull();
});

test.each([
  ['starts a server for development', served.replace('["node", "server.js"]', 'npm run dev'), 4],
  ['starts a server for development', served.replace('"node", "server.js"', '"npx", "nodemon", "x"'), 4],
  ['sets NODE_ENV for development', served.replace('COPY', 'ENV NODE_ENV=development\nCOPY'), 3],
  ['takes nothing of the repository into the image', 'FROM node:22\nRUN npm i -g pnpm\n', null],
])('a Dockerfile that %s does not count beside code', async (says, Dockerfile, line) => {
  const guess = await judge({ Dockerfile, ...node });
  expect(guess).toMatchObject({ runtime: 'node', alternative: { runtime: 'docker' } });
  expect(guess.evidence.find((each) => each.says.includes(says))).toMatchObject({
    file: 'Dockerfile',
    line,
  });
  expect((await judge({ Dockerfile })).runtime).toBe('docker');
});

test.each([
  ['EXPOSE 3000', 3000],
  ['EXPOSE 9090/udp 80/tcp', 80],
  ['EXPOSE 9464 8000\nENV PORT 8000', 8000],
  ['ENV PORT="5000" HOST=0.0.0.0', 5000],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a Dockerfile's or a compose file's own
  ['ARG WEB=4000\nENV PORT=$WEB\nEXPOSE ${PORT}', 4000],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a Dockerfile's or a compose file's own
  ['EXPOSE ${PORT:-7000}', 7000],
  ['EXPOSE $UNKNOWN', null],
  ['EXPOSE 0 70000 -1 1e3', null],
  ['RUN <<EOF\nEXPOSE 1\nEOF\nEXPOSE 2', 2],
  ['RUN true \\\n# EXPOSE 1\n  && echo EXPOSE 1\nexpose 3/TCP', 3],
])('of %j the port is %s', async (instructions, port) => {
  const Dockerfile = served.replace('COPY', `${instructions}\nCOPY`);
  expect((await judge({ Dockerfile })).suggestions.containerPort).toBe(port);
});

test('the last stage counts, with those that it is made of', async () => {
  const Dockerfile = lines(
    '# syntax=docker/dockerfile:1',
    'ARG VERSION=22',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a Dockerfile's or a compose file's own
    'FROM node:${VERSION} AS base',
    'EXPOSE 3000',
    'FROM base AS dev',
    'CMD npm run dev',
    'FROM --platform=$BUILDPLATFORM base as serve',
    'COPY --from=dev /x /x',
    'COPY package.json src ./',
    'HEALTHCHECK --interval=5s CMD curl -f http://localhost:3000/healthz || exit 1',
    'ENTRYPOINT ["/entry"]',
    'CMD ["serve"]',
  );
  const guess = await judge({ Dockerfile, ...node });
  expect(guess).toMatchObject({
    runtime: 'docker',
    suggestions: { containerPort: 3000, healthPath: '/healthz' },
  });
  expect(evidenceOf(guess, 'containerPort')).toEqual(['Dockerfile:4']);
  expect(evidenceOf(guess, 'healthPath')).toEqual(['Dockerfile:10']);
  expect(readDockerfile(Dockerfile)?.sources).toEqual(['package.json', 'src']);
});

const compose = lines(
  'x-common: &common',
  '  restart: always',
  'services:',
  '  db:',
  '    image: postgres:17',
  '    ports: ["5432:5432"]',
  '  worker:',
  '    build: .',
  '  web:',
  '    <<: *common',
  '    build: {context: ./site, dockerfile: ../docker/web.Dockerfile}',
  '    command: node server.js',
  '    ports:',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a Dockerfile's or a compose file's own
  '      - "${HOST_PORT:-8080}:3000/tcp"',
);

test('a compose file counts where nothing else says how the app starts', async () => {
  const guess = await judge({ 'compose.yaml': compose });
  expect(guess).toMatchObject({
    runtime: 'docker',
    suggestions: { containerFile: 'compose.yaml', containerService: 'web', containerPort: 3000 },
  });
  expect(evidenceOf(guess, 'runtime')).toEqual(['compose.yaml:11']);
  expect(evidenceOf(guess, 'containerService')).toEqual(['compose.yaml:9']);
  expect(evidenceOf(guess, 'containerPort')).toEqual(['compose.yaml:14']);
  expect(evidenceOf(guess, 'startCommand')).toEqual(['compose.yaml:12']);
  const beside = await judge({ 'docker-compose.yml': compose, ...node });
  expect(beside).toMatchObject({
    runtime: 'node',
    suggestions: { startCommand: 'npm run start', containerFile: null },
    alternative: { runtime: 'docker', suggestions: { containerFile: 'docker-compose.yml' } },
  });
  const packages = await judge({ 'compose.yml': compose, 'requirements.txt': 'x\n' });
  expect(packages).toMatchObject({ runtime: 'docker', alternative: { runtime: 'python' } });
});

test('one of databases alone says nothing', async () => {
  const yml = 'services:\n  db: {image: postgres}\n';
  const guess = await judge({ 'docker-compose.yml': yml, ...node });
  expect(guess).toMatchObject({ runtime: 'node' });
  expect(evidenceOf(guess, 'runtime')).toEqual(['package.json']);
  expect((await judge({ 'docker-compose.yml': yml })).runtime).toBeNull();
});

test('the port of a Dockerfile that names none is that of the service which it makes', async () => {
  const yml = 'services:\n  app:\n    build: .\n    ports: [{target: 4000, published: 80}]\n';
  const guess = await judge({ Dockerfile: served, 'compose.yml': yml });
  expect(guess.suggestions).toMatchObject({ containerFile: null, containerPort: 4000 });
  expect(evidenceOf(guess, 'containerPort')).toEqual(['compose.yml:4']);
});

test.each([
  ['3000', 3000],
  ['"8080:3000"', 3000],
  ['"127.0.0.1:8080:3000"', 3000],
  ['"[::1]:8080:3000"', 3000],
  ['"3000-3005:4000-4005"', 4000],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a Dockerfile's or a compose file's own
  ['"80:${PORT:-5000}"', 5000],
  ['"80:$PORT"', null],
  ['"6060:6060/udp"', null],
  ['"0"', null],
  ['"99999"', null],
])('of the port %s its container listens on %s', (port, value) => {
  const [service] = readCompose(`services:\n  web:\n    build: .\n    ports:\n      - ${port}\n`) ?? [];
  expect(service?.port?.value ?? null).toBe(value);
});

const bomb = lines(
  'a: &a [x, x, x, x, x, x, x, x, x]',
  ...'bcdefghij'.split('').map((name, at) => {
    const before = 'abcdefghi'[at];
    return `${name}: &${name} [${new Array(9).fill(`*${before}`).join(', ')}]`;
  }),
  'services:',
  '  web: {build: ., ports: *j, command: *j, healthcheck: {test: *j}}',
);
test.each([
  ['a Dockerfile of 20 MB', { Dockerfile: 'RUN x\n'.repeat(3_400_000) }],
  ['a Dockerfile of one line', { Dockerfile: `FROM x\nENV ${'a'.repeat(250_000)}` }],
  ['here-documents without end', { Dockerfile: `FROM x\n${'RUN <<A\n'.repeat(30_000)}` }],
  ['continuations without end', { Dockerfile: `FROM x\n${'RUN a \\\n'.repeat(30_000)}` }],
  ['stages that name themselves', { Dockerfile: 'FROM a AS a\nFROM a AS b\nFROM b AS a\nFROM a AS a\n' }],
  ['no Dockerfile', { Dockerfile: '\0\u202e{}' }],
  ['aliases that unfold', { 'compose.yml': bomb }],
  ['an alias of itself', { 'compose.yml': 'services: &s\n  web: *s\n  x:\n    <<: *s\n    build: *s\n' }],
  ['merges in a ring', { 'compose.yml': 'a: &a\n  <<: *b\nb: &b\n  <<: *a\nservices: *a\n' }],
  [
    '10,000 services',
    {
      'compose.yml': `services:\n${Array.from({ length: 10_000 }, (_, n) => `  s${n}: {build: .}\n`).join('')}`,
    },
  ],
  ['a nest of brackets', { 'compose.yml': `services: ${'['.repeat(90_000)}` }],
  ['a nest of lists', { 'compose.yml': `services:\n  ${'- '.repeat(40_000)}x` }],
  ['what is no mapping', { 'compose.yml': '- a\n' }],
  ['hostile names', { 'compose.yml': 'services:\n  "a; id": {build: .}\n  __proto__: {build: .}\n' }],
])('%s is looked over in time', async (_, files) => {
  const started = performance.now();
  const { suggestions, runtime } = await judge(files);
  expect(performance.now() - started).toBeLessThan(3_000);
  expect([null, 'docker']).toContain(runtime);
  expect(suggestions.containerService ?? 'web').toMatch(/^(?:web|__proto__|x)$/);
});
