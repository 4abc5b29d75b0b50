import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAllowed } from '../allowed-address.ts';
import { checkBranchName, parseRepositoryAddress } from './repository-address.ts';

describe('repository addresses', () => {
  test.each([
    ['https://github.com/you/app.git', { transport: 'https', host: 'github.com', port: 443, user: null }],
    [
      'ssh://git@git.example:2222/you/app.git',
      { transport: 'ssh', host: 'git.example', port: 2222, user: 'git' },
    ],
    [
      'git@github.com:you/app.git',
      { transport: 'ssh', host: 'github.com', port: 22, user: 'git', path: 'you/app.git' },
    ],
    ['http://[2001:db8::1]:8080/x.git', { transport: 'http', host: '2001:db8::1', port: 8080 }],
    ['git://git.example/x', { transport: 'git', host: 'git.example', port: 9418 }],
  ])('%s is taken apart', (url, parts) => {
    expect(parseRepositoryAddress(url)).toMatchObject(parts);
  });

  test.each([
    '--upload-pack=id',
    'ext::sh -c id',
    'ext::sh%20-c%20id',
    'file:///etc',
    '/etc',
    '../x',
    'ssh://-oProxyCommand=id/x',
    'ssh://git@-oProxyCommand=id/x',
    'ssh://-oProxyCommand=id@host/x',
    '-oProxyCommand=id:x',
    'git@-oProxyCommand=id:x',
    'git@host:-x',
    'https://user:token@github.com/you/app.git',
    'https://token@github.com/you/app.git',
    'ssh://git:pw@host/x',
    'https://host:99999/x',
    'https://host/x\n--upload-pack=id',
    'https://host/ x',
    'https://ho%73t/x',
    'https:///x',
    'https://host/../../etc',
    'fd::17/foo',
    'unix:/var/run/docker.sock',
    `https://host/${'x'.repeat(3000)}`,
  ])('%j is refused in words that do not repeat it', (url) => {
    try {
      parseRepositoryAddress(url);
      expect.fail('accepted');
    } catch (error) {
      expect(error).toMatchObject({ code: 'invalid-input' });
      expect(JSON.stringify((error as { toPublic(): unknown }).toPublic())).not.toContain(url.slice(0, 200));
    }
  });

  test('no string reaches Git that starts with a dash or names a helper', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const url of [text, `-${text}`, `ext::${text}`, `file://${text}`]) {
          try {
            parseRepositoryAddress(url);
          } catch {
            continue;
          }
          expect(url).toMatch(/^(https?|ssh|git):\/\/[^-]|^[A-Za-z_][^@:/]*@[^-]/);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('branch names', () => {
  test.each(['main', 'feature/ä-1', 'v1.2', 'user/x_y', '日本'])('%s is one', (name) => {
    expect(() => checkBranchName(name)).not.toThrow();
  });

  test.each([
    ...[
      'main;id',
      '--upload-pack=x',
      '@{-1}',
      'refs/heads/x\nid',
      'a..b',
      'a b',
      'a~1',
      'a^',
      'a:b',
      'x.lock',
      '/a',
      'a/',
    ],
    ...['a//b', '', '@', '.a', 'a/.b', 'a.', '$(id)', '`id`', 'a\u0000', 'a\u202eb', 'x'.repeat(300)],
  ])('%j is none', (name) => {
    expect(() => checkBranchName(name)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });
});

describe('where Git may connect', () => {
  test.each([
    ...[
      '169.254.169.254',
      'fe80::1',
      '0.0.0.0',
      '::',
      '224.0.0.1',
      '255.255.255.255',
      '100.100.100.200',
      'fd00:ec2::254',
    ],
    ...['::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '64:ff9b::169.254.169.254', '2002:a9fe:a9fe::1'],
  ])('never to %s', (address) => {
    expect(isAllowed(address, true)).toBe(false);
  });

  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '192.168.0.1',
    '172.31.0.1',
    '198.18.3.2',
    '::1',
    'fd12::1',
    '::ffff:127.0.0.1',
    '100.64.0.1',
  ])('to %s only where private networks are allowed', (address) => {
    expect([isAllowed(address, false), isAllowed(address, true)]).toEqual([false, true]);
  });

  test.each(['140.82.121.4', '2606:50c0:8000::153', '172.32.0.1', '::ffff:140.82.121.4'])(
    'to %s',
    (address) => {
      expect(isAllowed(address, false)).toBe(true);
    },
  );
});
