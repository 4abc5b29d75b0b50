import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  changeEnvironment,
  createApp,
  createServer,
  startDeployment,
  type UseCase,
  updateApp,
} from '@fairlead/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Stage } from './stage.ts';

type Refused = [useCase: UseCase<unknown, unknown>, field: string, values: unknown[]];

const refused = (run: string): Refused[] => [
  [
    createApp,
    'name',
    [`a;${run}`, `$(${run})`, '../../etc', '-rf', 'a\nserver{}', 'аpp', 'x'.repeat(300), '__proto__'],
  ],
  [
    createApp,
    'domains',
    [
      ['a.com;}server{listen 8092;root /etc'],
      ['_'],
      ['~^(?<x>.+)$'],
      ['$hostname'],
      [`{{ lookup('pipe','${run}') }}`],
    ],
  ],
  [
    createApp,
    'repositoryUrl',
    [
      `--upload-pack=${run}`,
      `ext::sh -c ${run}`,
      'file:///etc',
      `ssh://-oProxyCommand=${run}/x`,
      'http://169.254.169.254/x',
      'https://u:p@a.example.com/x',
      `http://a.example.com/$(${run})`,
    ],
  ],
  [
    createApp,
    'branch',
    [`main;${run}`, `--upload-pack=${run}`, '@{-1}', `refs/heads/x\n${run}`, `{{ lookup('pipe','${run}') }}`],
  ],
  [
    createApp,
    'healthPath',
    ['/x { alias /etc/; } location = /y', '//evil.com/', '@named', '/%2e%2e/', `/$(${run}) x`],
  ],
  [createApp, 'port', ['80 down', '8080; server 6.6.6.6:80', '080', 22, 0, 70_000]],
  [createApp, 'documentRoot', ['../../etc', '/etc', `$(${run})`, 'a;b']],
  [createApp, 'startCommand', [`true\n${run}`, 'a\0b']],
  [
    createServer,
    'address',
    [
      'unix:/var/run/docker.sock',
      '0x7f000001',
      '10.0.0.2 backup; server 6.6.6.6',
      `-oProxyCommand=${run}`,
      '127.0.0.1',
      `{{ lookup('pipe','${run}') }}`,
    ],
  ],
  [createServer, 'user', [`root;${run}`, `-oProxyCommand=${run}`, `$(${run})`, "x'@'%"]],
  [createServer, 'name', [`{{ lookup('pipe','${run}') }}`, `$(${run})`]],
  [createServer, 'port', ['22 -oProxyCommand=id', 0, 65_536]],
];

const refusedVariables = ['LD_PRELOAD', 'BASH_ENV', 'A=B', 'PATH', 'GIT_SSH_COMMAND', 'A B', '', '__proto__'];

/** Values made to be executed: refused by the field's name, or kept as they are; a folder that anybody may write to stays empty, here and on the machines. */
export function hostileInput(stage: () => Stage): void {
  let canaries: string;
  const onMachines = () => [stage().one.machine, stage().two.machine];
  const hatched = async () => {
    const elsewhere = onMachines().map((machine) => machine.run(`ls -A ${canaries}`));
    return [...(await readdir(canaries)), ...(await Promise.all(elsewhere))].join('').trim();
  };

  beforeAll(async () => {
    canaries = await mkdtemp(join(tmpdir(), 'fault-canaries-'));
    await Promise.all(onMachines().map((machine) => machine.run(`install -d -m 1777 ${canaries}`)));
  });
  afterAll(() => rm(canaries, { recursive: true, force: true }));

  const valid = () => ({
    createApp: {
      name: 'Hostile',
      repositoryUrl: stage().repository.url,
      runtime: 'node',
      startCommand: 'node server.mjs',
      domains: ['hostile.example.com'],
      primaryServerId: stage().one.serverId,
    },
    createServer: { name: 'hostile', address: '198.18.7.250', user: 'admin' },
  });

  test('what could be executed is refused by the name of its field', async () => {
    const { plane } = stage();
    const accepted: string[] = [];
    for (const [useCase, field, values] of refused(`touch ${canaries}/field`)) {
      const base = useCase === createApp ? valid().createApp : valid().createServer;
      for (const value of values) {
        const answer = await useCase(plane.ctx, plane.actor, { ...base, [field]: value }).catch(
          (error: unknown) => error,
        );
        const { code, details } = answer as { code?: string; details?: { errors?: { path: string }[] } };
        const isNamed = details?.errors?.some(({ path }) => path.split('.')[0] === field) ?? false;
        if (code !== 'invalid-input' || !isNamed) accepted.push(`${field} ${JSON.stringify(value)}: ${code}`);
      }
    }
    for (const key of refusedVariables) {
      const set = JSON.parse(`{${JSON.stringify(key)}: "x"}`) as unknown;
      const answer = await changeEnvironment(plane.ctx, plane.actor, { appId: stage().appId, set }).catch(
        (error: unknown) => error,
      );
      if ((answer as { code?: string }).code !== 'invalid-input') accepted.push(`variable ${key}`);
    }
    expect(accepted).toEqual([]);
    expect(await hatched()).toBe('');
  });

  test('values of the environment reach the app’s process letter by letter, and are run by nobody', async () => {
    const { plane, appId, one } = stage();
    const run = `touch ${canaries}/value`;
    const set = {
      COMMAND: `$(${run})`,
      BACKTICKS: `\`${run}\``,
      QUOTES: `'"; ${run}; echo "'\\`,
      LINES: `-----BEGIN X-----\nabc\n-----END X-----\nLD_PRELOAD=/evil.so\n[Service]\nExecStartPre=/bin/${run}\n`,
      TEMPLATE: `{{ lookup('pipe','${run}') }}`,
      SPECIFIER: `%n %h $HOME \${HOME} \t end `,
      UNICODE: 'ünïcode   \u{1f600} \u202e',
      EMPTY: '',
      LONG: 'x'.repeat(65_536),
    };
    await changeEnvironment(plane.ctx, plane.actor, { appId, set });
    const buildCommand = `id -un > who; { sudo -n id || cat /etc/shadow || cat /etc/fairlead/env/* || touch /etc/owned; } > stolen 2>/dev/null; true`;
    await updateApp(plane.ctx, plane.actor, { appId, buildCommand });
    await plane.succeed(startDeployment, { appId });
    const pid = (await one.machine.run('pgrep -u fl-fault -x node')).trim();
    const raw = await one.machine.run(`base64 -w0 /proc/${pid}/environ`);
    const seen = new Map(
      Buffer.from(raw, 'base64')
        .toString('utf8')
        .split('\0')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    expect(Object.fromEntries(Object.keys(set).map((key) => [key, seen.get(key)]))).toEqual(set);
    expect(seen.has('LD_PRELOAD')).toBe(false);
    expect(await hatched()).toBe('');
    const release = '/srv/fairlead/fault/current';
    const who = (await one.machine.run(`cat ${release}/who`)).trim();
    expect(who).not.toBe('root');
    expect(who).not.toBe('fairlead');
    expect(await one.machine.run(`cat ${release}/stolen; ls /etc/owned 2>/dev/null || true`)).toBe('');
    await changeEnvironment(plane.ctx, plane.actor, { appId, unset: Object.keys(set) });
    await updateApp(plane.ctx, plane.actor, { appId, buildCommand: null });
    await stage().serves();
  });

  test('the canaries would have been seen (positive control)', async () => {
    await stage().one.machine.run(`touch ${canaries}/control`, { user: 'admin' });
    expect(await hatched()).toBe('control');
    await stage().one.machine.run(`rm ${canaries}/control`);
  });
}
