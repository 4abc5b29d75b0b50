import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fingerprintOf, parseHostKey } from './host-key.ts';
import { authorizeLine, createKeyPair, publicKeyOf } from './key-pair.ts';
import { quoteCommand } from './shell-quote.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'fairlead-home-'));
});
afterEach(() => rmSync(home, { recursive: true }));
const paste = (line: string) =>
  execFileSync('sh', ['-c', line], { env: { HOME: home, PATH: process.env.PATH } });
const authorized = () => readFileSync(join(home, '.ssh/authorized_keys'), 'utf8');
const mode = (path: string) => (statSync(join(home, path)).mode & 0o777).toString(8);

test('a pair is one OpenSSH line and a private half that ssh-keygen reads alike', () => {
  const pair = createKeyPair(`fairlead@Ac me'; id\n`);
  expect(pair.publicKey).toMatch(/^ssh-ed25519 [A-Za-z0-9+/=]+ fairlead@Ac-me-id-$/);
  expect(inspect(pair)).not.toContain('PRIVATE KEY');
  expect(publicKeyOf(pair.privateKey, 'x').split(' ')[1]).toBe(pair.publicKey.split(' ')[1]);
  writeFileSync(join(home, 'k.pub'), `${pair.publicKey}\n`);
  const said = execFileSync('ssh-keygen', ['-lf', join(home, 'k.pub')], { encoding: 'utf8' });
  expect(said.split(' ')[1]).toBe(pair.fingerprint);
});

test('every pair can be read back, and its halves belong together', { timeout: 60_000 }, () => {
  for (let pairs = 0; pairs < 600; pairs += 1) {
    const pair = createKeyPair('a');
    expect(parseHostKey(pair.publicKey).blob).toHaveLength(51);
    expect(publicKeyOf(pair.privateKey, 'a')).toBe(pair.publicKey);
  }
});

test('the authorising line adds the key once, with the modes that sshd wants', () => {
  const { publicKey } = createKeyPair('acme');
  chmodSync(home, 0o775);
  paste(authorizeLine(publicKey));
  paste(authorizeLine(publicKey));
  expect(authorized()).toBe(`${publicKey}\n`);
  expect([mode('.ssh'), mode('.ssh/authorized_keys'), mode('.')]).toEqual(['700', '600', '755']);
});

test('the authorising line keeps other keys, also when their last line has no end', () => {
  mkdirSync(join(home, '.ssh'));
  writeFileSync(join(home, '.ssh/authorized_keys'), 'ssh-ed25519 AAAA other');
  const { publicKey } = createKeyPair('acme');
  paste(authorizeLine(publicKey));
  expect(authorized()).toBe(`ssh-ed25519 AAAA other\n${publicKey}\n`);
});

test('only a public key becomes an authorising line', () => {
  for (const line of [
    '',
    'x',
    `ssh-ed25519 AAAA`,
    `${createKeyPair('a').publicKey}\nssh-rsa AAAA`,
    '$(id)',
  ]) {
    expect(() => authorizeLine(line)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  }
});

test('a key whose blob says another type is refused', () => {
  const [, blob] = createKeyPair('a').publicKey.split(' ');
  expect(() => parseHostKey(`ssh-rsa ${blob}`)).toThrow();
  expect(() => fingerprintOf('ssh-ed25519 !!!!')).toThrow();
});

test('a shell reads every quoted argument back unchanged', () => {
  const argument = fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => !text.includes('\0'));
  const argv = fc.sample(argument, 500);
  const out = execFileSync('sh', ['-c', quoteCommand(['printf', '%s\\0', ...argv])], { encoding: 'utf8' });
  expect(out.split('\0').slice(0, -1)).toEqual(argv);
});
