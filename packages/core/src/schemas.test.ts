import { AppError } from '@fairlead/errors';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { freeSlug, slugOf } from './app/slug.ts';
import { type FieldError, parseInput } from './input.ts';
import {
  changeEnvironmentInput,
  claimSetupInput,
  confirmHostKeyBody,
  createAppInput,
  createServerInput,
  createTokenInput,
  enableLoadBalancerBody,
  inspectRepositoryInput,
  planBody,
  prepareServerBody,
  readLogInput,
  startDeploymentBody,
  toggleBackendBody,
  updateServerBody,
} from './schemas.ts';

const id = '019a9a5e-5d0f-7c1e-9a44-3a0d0b6d0c11';
const template = "{{ lookup('pipe','id') }}";

const server = { name: 'web-1', address: '198.18.0.11' };
const app = {
  name: 'Shop',
  repositoryUrl: 'https://git.example/shop.git',
  runtime: 'node',
  startCommand: 'node server.js',
  primaryServerId: id,
};
const environment = { appId: id, set: {} };
const setup = {
  token: 't',
  name: 'Ada',
  email: 'a@b.example',
  password: 'long enough!',
  organization: 'Acme',
};

function refusal(schema: z.ZodType, input: unknown): FieldError[] {
  try {
    parseInput(schema, input);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe('invalid-input');
    return (error as AppError).details?.errors as FieldError[];
  }
  throw new Error(`accepted: ${JSON.stringify(input).slice(0, 200)}`);
}

/** Each value is refused, and the error names the field. */
function refuses(schema: z.ZodType, base: object, field: string, values: readonly unknown[]) {
  it.each(values.map((value) => [JSON.stringify(value)?.slice(0, 60) ?? 'undefined', value]))(
    `refuses ${field} %s`,
    (_, value) => {
      const paths = refusal(schema, { ...base, [field]: value }).map((error) => error.path);
      expect(paths.some((path) => path === field || path.startsWith(`${field}.`))).toBe(true);
    },
  );
}

function accepts(schema: z.ZodType, base: object, field: string, values: readonly unknown[]) {
  it.each(values.map((value) => [JSON.stringify(value)?.slice(0, 60), value]))(
    `accepts ${field} %s`,
    (_, value) => {
      expect((parseInput(schema, { ...base, [field]: value }) as Record<string, unknown>)[field]).toEqual(
        value,
      );
    },
  );
}

const hostileNames = [
  'a;id',
  '$(id)',
  '../../etc',
  '-rf',
  'a\nserver{}',
  'sh\u043ep',
  'a'.repeat(300),
  '__proto__',
  template,
  '',
  ' ',
  'a ',
  '`id`',
  'a\u0000',
  'a\u202eb',
  7,
  null,
  ['a'],
];

describe('names', () => {
  refuses(createAppInput, app, 'name', hostileNames);
  refuses(createServerInput, server, 'name', hostileNames);
  refuses(createTokenInput, { scopes: ['read'] }, 'name', hostileNames);
  accepts(createAppInput, app, 'name', ['Shop', 'my app 2', 'a', 'shop.example_v1-2']);
  refuses(claimSetupInput, setup, 'organization', ['', 'a\u202eb', 'a\nb', 'x'.repeat(101), '<b>x</b>']);
  accepts(claimSetupInput, setup, 'organization', ['Ünïcode & Søns', 'Магазин', template]);
});

describe('slug', () => {
  it.each([
    ['Shop', 'shop'],
    ['My  Shop 2', 'my-shop-2'],
    ['2fast', 'app-2fast'],
    ['nginx', 'nginx-app'],
    ['Root', 'root-app'],
    ['a'.repeat(60), 'a'.repeat(31)],
    [`${'a'.repeat(30)} b`, 'a'.repeat(30)],
  ])('of %s is %s', (name, slug) => {
    expect(slugOf(name)).toBe(slug);
    expect(slug).toMatch(/^[a-z](?:[a-z0-9-]{0,29}[a-z0-9])?$/);
  });

  it('counts on while one is taken, and stays short enough', () => {
    expect(freeSlug('Shop', new Set(['shop', 'shop-2']))).toBe('shop-3');
    const long = freeSlug('a'.repeat(60), new Set(['a'.repeat(31)]));
    expect(long).toBe(`${'a'.repeat(29)}-2`);
  });
});

describe('repository', () => {
  const hostile = [
    '--upload-pack=id',
    'ext::sh -c id',
    'file:///etc',
    '/etc/passwd',
    './repo',
    'ssh://-oProxyCommand=id/x',
    'ssh://git@-oProxyCommand=id/x',
    '-oProxyCommand=id@host:x',
    'git@-oProxyCommand=id:x',
    'http://169.254.169.254/latest/meta-data',
    'https://[fe80::1]/x',
    'https://127.0.0.1/x',
    'https://localhost/x',
    'https://0/x',
    'https://0x7f000001/x',
    'https://2130706433/x',
    'https://[::1]/x',
    'https://[::ffff:127.0.0.1]/x',
    'https://user:hunter2@git.example/x',
    'https://ghp_token@git.example/x',
    'ssh://git:hunter2@git.example/x',
    'https://git.example/x?ref=y',
    'https://git.example/x#y',
    'https://git.example/../x',
    'https://git.example/-x',
    'https://git.example/x y',
    'https://git.example/$(id)',
    'https://git.example:99999/x',
    'https://git.example:022/x',
    'https://git.example',
    'https://git.example/',
    'git://git.example/x',
    'ftp://git.example/x',
    'https://GIT.example/x',
    'git@git.example:../x',
    'git@git.example:-x',
    'git@git.example://x',
    'fd::17/foo',
    'a\nb',
    template,
    `https://git.example/${'a'.repeat(600)}`,
    '',
  ];
  refuses(createAppInput, app, 'repositoryUrl', hostile);
  refuses(inspectRepositoryInput, {}, 'repositoryUrl', hostile);
  accepts(createAppInput, app, 'repositoryUrl', [
    'https://github.com/you/app.git',
    'https://github.com/you/app',
    'https://git.example:8443/~you/app.git',
    'http://198.18.0.1:3080/shop.git',
    'https://[2001:db8::5]/app.git',
    'ssh://git@git.example:2222/you/app.git',
    'git@github.com:you/app.git',
    'git@10.0.0.4:you/app.git',
  ]);

  it('never repeats a password', () => {
    const errors = refusal(createAppInput, { ...app, repositoryUrl: 'https://user:hunter2@git.example/x' });
    expect(JSON.stringify(errors)).not.toContain('hunter2');
    expect(errors[0]?.message).toMatch(/password or token/);
  });
});

describe('branch and commit', () => {
  refuses(createAppInput, app, 'branch', [
    'main;id',
    '--upload-pack=x',
    '-x',
    '@{-1}',
    'a@{1}',
    'refs/heads/x\nid',
    'refs/heads/main',
    'a..b',
    'a//b',
    'a/.b',
    'a/',
    'a.',
    'a.lock',
    'a.lock/b',
    'a b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[b',
    'a\\b',
    '@',
    'HEAD',
    '$(id)',
    'a\u007f',
    template,
    '',
    'a'.repeat(201),
  ]);
  accepts(createAppInput, app, 'branch', ['main', 'feature/x-1', 'release/1.2.3', 'v2_final', 'fix#12']);
  refuses(startDeploymentBody, {}, 'commit', [
    'main',
    'abc',
    'A'.repeat(40),
    '--upload-pack=x',
    `${'a'.repeat(40)}\n`,
  ]);
});

describe('health path', () => {
  refuses(createAppInput, app, 'healthPath', [
    '/x { alias /etc/; } location = /y',
    '//evil.example/',
    '/a//b',
    '@named',
    '/@named',
    '/%2e%2e/',
    '/%2E./x',
    '/../x',
    '/./x',
    '/a/..',
    '/x;y',
    '/%3b',
    '/%7b',
    '/%20',
    '/%0d%0aHost:x',
    '/%252e%252e/',
    '/%zz',
    '/%00',
    '/..%2fetc',
    'http://x/',
    'x',
    '',
    '/x\n',
    '/x#y',
    '/"x"',
    '/é',
    template,
    `/${'a'.repeat(600)}`,
  ]);
  accepts(createAppInput, app, 'healthPath', [
    '/',
    '/health',
    '/health?full=1&x=a',
    '/api/v1/up',
    '/a-b_c.d~e',
  ]);
});

describe('domains', () => {
  const one = [
    'a.com;}server{listen 8092;root /etc',
    '_',
    '~^(?<x>.+)$',
    '$hostname',
    '*.example.com',
    '.example.com',
    'example.com.',
    'EXAMPLE.com',
    'ex\u0430mple.com',
    'a_b.example.com',
    '-a.example.com',
    'a-.example.com',
    'localhost',
    'example',
    '198.18.0.1',
    '1.2.3',
    '0x7f.1',
    '2001:db8::1',
    `${'a'.repeat(64)}.com`,
    `${'a.'.repeat(127)}com`,
    'a b.com',
    'a.com\n',
    'http://a.com',
    'a.com:80',
    template,
    '',
  ];
  refuses(createAppInput, app, 'domains', [
    ...one.map((domain) => [domain]),
    ['a.example', 'a.example'],
    'a.example',
  ]);
  accepts(createAppInput, app, 'domains', [[], ['shop.example.com', 'xn--bcher-kva.example']]);
});

describe('host and addresses', () => {
  const hostile = [
    'unix:/var/run/docker.sock',
    '0x7f000001',
    '2130706433',
    '0177.0.0.1',
    '010.0.0.1',
    '10.0.0.2 backup; server 6.6.6.6',
    '-oProxyCommand=id',
    '127.0.0.1',
    '127.1',
    '0.0.0.0',
    '0.0.0.0/0',
    '10.0.0.0/8',
    '169.254.169.254',
    '224.0.0.1',
    '255.255.255.255',
    '240.0.0.1',
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    '::ffff:10.0.0.1',
    '[2001:db8::1]',
    '2001:DB8::1',
    '2001:db8:0:0:0:0:0:1',
    '10.0.0.1\n',
    '256.1.1.1',
    template,
    '',
  ];
  refuses(createServerInput, server, 'address', [
    ...hostile,
    'localhost',
    'a.localhost',
    'Web.example',
    'a..b',
    'host;id',
    '$(id)',
  ]);
  refuses(updateServerBody, {}, 'address', hostile);
  refuses(createServerInput, server, 'privateAddress', [...hostile, 'web.example']);
  accepts(createServerInput, server, 'address', [
    '10.0.0.2',
    '192.168.1.1',
    '203.0.113.9',
    'web-1.example.com',
    'web1',
    '2001:db8::1',
    'fd00::5',
  ]);
  accepts(createServerInput, server, 'privateAddress', ['10.0.0.2', 'fd00::5', null]);
  refuses(createServerInput, server, 'user', [
    '-oProxyCommand=id',
    'a b',
    'root;id',
    '$(id)',
    'Root',
    '',
    template,
    '../x',
  ]);
});

describe('ports and numbers', () => {
  refuses(createServerInput, server, 'port', ['22', '80 down', '080', 0, 65_536, 22.5, -1, Number.NaN, null]);
  refuses(createAppInput, app, 'port', [
    '80 down',
    '8080; server 6.6.6.6:80',
    '080',
    22,
    80,
    443,
    5432,
    3306,
    6379,
    30_000,
    39_999,
    65_536,
  ]);
  accepts(createAppInput, app, 'port', [1024, 20_000, 40_000, 65_535]);
  refuses(createAppInput, app, 'healthIntervalMs', [0, 999, 300_001, '1000', 1000.5]);
  refuses(createAppInput, app, 'healthTimeoutMs', [0, 60_001, 10_001]);
  refuses(createAppInput, app, 'healthRise', [0, 21, '1; server 6.6.6.6']);
  refuses(createAppInput, app, 'healthFall', [0, '1 max_conns=1']);
});

describe('commands and document root', () => {
  const hostile = ['a\nb', 'a\u0000b', 'a\rb', 'a\u001b[0m', 'x'.repeat(4097), 7];
  refuses(createAppInput, app, 'installCommand', hostile);
  refuses(createAppInput, app, 'buildCommand', hostile);
  refuses(createAppInput, app, 'startCommand', hostile);
  accepts(createAppInput, app, 'buildCommand', [
    'npm ci && npm run build',
    'echo "$HOME; id"',
    template,
    null,
  ]);
  accepts(createAppInput, app, 'documentRoot', ['public', 'dist/site', null]);
  refuses(createAppInput, app, 'documentRoot', [
    '/etc',
    '../x',
    'a/../b',
    './a',
    '-x',
    'a//b',
    'a;b',
    'a b',
    'a\n',
    '$x',
    template,
    '.git',
  ]);
  refuses(createAppInput, app, 'rootDirectory', [
    '..',
    '../x',
    'a/../b',
    '/etc',
    'a//b',
    '.git',
    '-x',
    'a b',
    'a:b',
    'a\0',
  ]);
  refuses(createAppInput, app, 'runtimeVersion', [
    '22; id',
    'v22',
    '>=',
    '../22',
    '22.x',
    '1.2.3.4',
    '<22',
    '222',
  ]);
  accepts(createAppInput, app, 'runtimeVersion', ['22', '22.12.0', '>=3.11', null]);
  accepts(createAppInput, app, 'rootDirectory', ['apps/shop', 'site', null]);
  accepts(createAppInput, app, 'documentRoot', ['public', 'dist/site', 'a_b-c.d', null]);

  it('takes an empty command as none, and asks a Node.js app how it starts', () => {
    expect(parseInput(createAppInput, { ...app, buildCommand: '  ' }).buildCommand).toBeNull();
    expect(refusal(createAppInput, { ...app, startCommand: '' })[0]?.path).toBe('startCommand');
    expect(
      parseInput(createAppInput, { ...app, runtime: 'static', startCommand: null }).startCommand,
    ).toBeNull();
  });
});

describe('containers', () => {
  const boxed = { ...app, runtime: 'docker', startCommand: null, containerFile: 'compose.yaml' };
  const hostile = ['/etc', '..', '../Dockerfile', 'a/../b', './Dockerfile', 'a//b', 'a/', '.git/config'];
  refuses(createAppInput, boxed, 'containerFile', [
    ...hostile,
    ...['-f', 'a b', 'a:b', 'a;b', 'a\n', 'a\0', 'a\\b', '$x', '`id`', template, 'x'.repeat(201), 7],
  ]);
  refuses(createAppInput, boxed, 'containerService', [
    ...['-d', 'a b', 'a/b', 'a\n', 'a\0', 'a:b', '$x', template, 'ü', 'x'.repeat(101), 7],
  ]);
  refuses(createAppInput, boxed, 'containerPort', [0, -1, 65_536, 80.5, '80', '']);
  accepts(createAppInput, boxed, 'containerFile', [
    ...['docker-compose.yml', 'docker/compose.prod.yaml', '.docker/compose.yml', null],
  ]);
  accepts(createAppInput, boxed, 'containerService', ['web', 'web.1_a-b', '0', null]);
  accepts(createAppInput, boxed, 'containerPort', [1, 80, 65_535, null]);

  it('are of runtime docker alone, which knows no commands but the start’s', () => {
    const faults = (input: object) => refusal(createAppInput, input).map(({ path }) => path);
    expect(faults({ ...app, containerFile: 'Dockerfile', containerPort: 80 })).toEqual([
      ...['containerFile', 'containerPort'],
    ]);
    const told = { installCommand: 'a', buildCommand: 'b', documentRoot: 'c', runtimeVersion: '22' };
    expect(faults({ ...boxed, ...told }).sort()).toEqual(Object.keys(told).sort());
    expect(faults({ ...boxed, containerFile: 'Dockerfile', containerService: 'web' })).toEqual([
      'containerService',
    ]);
    expect(parseInput(createAppInput, { ...boxed, containerFile: '' }).containerFile).toBeNull();
  });
});

describe('environment', () => {
  const set = (key: string, value: unknown = 'x') => ({ ...environment, set: { [key]: value } });
  it.each([
    'LD_PRELOAD',
    'LD_LIBRARY_PATH',
    'BASH_ENV',
    'ENV',
    'PATH',
    'IFS',
    'GIT_SSH_COMMAND',
    'FAIRLEAD_X',
    'PORT',
    'HOME',
    'A=B',
    'A B',
    '1A',
    'A-B',
    '',
    'A\nB',
    'É',
    'BASH_FUNC_x%%',
    template,
    'A'.repeat(129),
  ])('refuses the key %j and names it', (key) => {
    expect(refusal(changeEnvironmentInput, set(key))[0]?.path).toBe(`set.${key}`);
  });

  it('refuses an own key __proto__', () => {
    const input = JSON.parse(`{"appId":"${id}","set":{"__proto__":"x"}}`);
    expect(refusal(changeEnvironmentInput, input)[0]?.path).toBe('set.__proto__');
  });

  it.each([
    ['a NUL', 'a\0b'],
    ['1 MB', 'x'.repeat(1_000_000)],
    ['64 KiB in characters, more in bytes', 'é'.repeat(40_000)],
    ['a number', 7],
    ['null', null],
  ])('refuses a value: %s', (_, value) => {
    expect(refusal(changeEnvironmentInput, set('A', value))[0]?.path).toBe('set.A');
  });

  it.each([
    ['a PEM', '-----BEGIN KEY-----\nabc\n-----END KEY-----\n'],
    ['a template', template],
    ['exactly 64 KiB', 'x'.repeat(65_536)],
    ['nothing', ''],
  ])('keeps a value as it is: %s', (_, value) => {
    expect(parseInput(changeEnvironmentInput, set('A', value)).set.A).toBe(value);
  });

  it('lets the app turn its own knobs', () => {
    for (const key of ['NODE_OPTIONS', 'PYTHONPATH', 'constructor', 'app_key']) {
      expect(parseInput(changeEnvironmentInput, set(key)).set[key]).toBe('x');
    }
  });
});

describe('other inputs', () => {
  refuses(enableLoadBalancerBody, { serverIds: [id] }, 'serverIds', [[], [id, id], ['x'], 'x', [template]]);
  refuses(enableLoadBalancerBody, { serverIds: [id] }, 'method', ['fastest', 'ip_hash; server x', null]);
  refuses(toggleBackendBody, {}, 'enabled', ['true', 1, null]);
  refuses(prepareServerBody, {}, 'runtimes', [['perl'], 'node', [template]]);
  refuses(confirmHostKeyBody, {}, 'fingerprint', ['', 'MD5:aa', 'SHA256:x', template]);
  refuses(createTokenInput, { name: 'ci' }, 'scopes', [[], ['admin'], ['read', 'read']]);
  refuses(createTokenInput, { name: 'ci', scopes: ['read'] }, 'expiresAt', [
    'tomorrow',
    '2026-13-01T00:00:00Z',
    7,
  ]);
  refuses(readLogInput, { operationId: id }, 'after', ['-1', '1e3', '01', 'x', '9'.repeat(30)]);
  refuses(claimSetupInput, setup, 'email', ['x', 'a@b', 'a b@c.example', `${'a'.repeat(250)}@b.example`]);
  refuses(claimSetupInput, setup, 'password', ['short', 'x'.repeat(129)]);

  it.each([
    [createServerInput, server],
    [createAppInput, app],
    [changeEnvironmentInput, environment],
    [enableLoadBalancerBody, { serverIds: [id] }],
    [planBody, { action: 'disable' }],
    [claimSetupInput, setup],
  ] as [z.ZodType, object][])('refuses a field that is not there and names it', (schema, base) => {
    expect(refusal(schema, { ...base, organizationId: id })[0]?.path).toBe('organizationId');
    expect(
      refusal(schema, JSON.parse(JSON.stringify(base).replace(/^\{/, '{"__proto__":{"a":1},')))[0]?.path,
    ).toBe('__proto__');
  });
});
