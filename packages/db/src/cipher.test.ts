import { randomBytes } from 'node:crypto';
import { Secret } from '@fairlead/errors';
import { expect, test } from 'vitest';
import { Cipher, type CipherBinding, deriveKey } from './cipher.ts';

const newKey = () => randomBytes(32).toString('base64');
const binding: CipherBinding = {
  organizationId: 'o1',
  table: 'App',
  row: 'a1',
  column: 'databasePasswordCipher',
};

test('gives back what it was given, as a Secret', () => {
  const cipher = new Cipher(newKey());
  for (const text of ['', 'p/w', 'ключ 🔑', '-----BEGIN\nKEY-----', 'x'.repeat(100_000)]) {
    const opened = cipher.decrypt(cipher.encrypt(text, binding), binding);
    expect(opened).toBeInstanceOf(Secret);
    expect(opened.reveal()).toBe(text);
    expect(cipher.decrypt(cipher.encrypt(new Secret(text), binding), binding).reveal()).toBe(text);
  }
});

test('never makes the same ciphertext twice and shows nothing of the text', () => {
  const cipher = new Cipher(newKey());
  const made = new Set(Array.from({ length: 100 }, () => cipher.encrypt('hunter2', binding)));
  expect(made.size).toBe(100);
  for (const text of made) {
    expect(text).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]+$/);
    expect(text).not.toContain('hunter2');
  }
});

test.each<Partial<CipherBinding>>([
  { organizationId: 'o2' },
  { table: 'Server' },
  { row: 'a2' },
  { column: 'valueCipher' },
  { organizationId: 'o1","App' },
])('refuses a ciphertext that was moved to %o', (elsewhere) => {
  const cipher = new Cipher(newKey());
  const encrypted = cipher.encrypt('hunter2', binding);
  expect(() => cipher.decrypt(encrypted, { ...binding, ...elsewhere })).toThrow('cannot be read');
});

test('refuses a ciphertext of which any part was changed', () => {
  const cipher = new Cipher(newKey());
  const encrypted = cipher.encrypt('hunter2', binding);
  const parts = encrypted.split('.');
  parts.forEach((part, at) => {
    const flipped = `${part.startsWith('A') ? 'B' : 'A'}${part.slice(1)}`;
    expect(() => cipher.decrypt(parts.with(at, flipped).join('.'), binding)).toThrow('cannot be read');
    expect(() => cipher.decrypt(parts.with(at, '').join('.'), binding)).toThrow('cannot be read');
  });
  expect(() => cipher.decrypt(`${encrypted}.x`, binding)).toThrow('cannot be read');
  expect(() => cipher.decrypt('', binding)).toThrow('cannot be read');
});

test('reads earlier keys and encrypts by the first', () => {
  const [earlier, current] = [newKey(), newKey()];
  const encrypted = new Cipher(earlier).encrypt('hunter2', binding);
  const rotated = new Cipher([current, earlier]);
  expect(rotated.decrypt(encrypted, binding).reveal()).toBe('hunter2');
  expect(rotated.isOutdated(encrypted)).toBe(true);
  const renewed = rotated.encrypt('hunter2', binding);
  expect(rotated.isOutdated(renewed)).toBe(false);
  expect(new Cipher(current).decrypt(renewed, binding).reveal()).toBe('hunter2');
  expect(() => new Cipher(current).decrypt(encrypted, binding)).toThrow('cannot be read');
});

test('derives another key for every purpose, the same one every time', () => {
  const key = newKey();
  expect(deriveKey(key, 'session')).toEqual(deriveKey(new Secret(key), 'session'));
  expect(deriveKey(key, 'session')).not.toEqual(deriveKey(key, 'field-encryption'));
  expect(deriveKey(key, 'session')).toHaveLength(32);
});

test.each([
  '',
  'short',
  'ä'.repeat(44),
  randomBytes(31).toString('base64'),
  randomBytes(33).toString('base64'),
  `${newKey()}!`,
])('refuses a secret key that is not 32 bytes in base64: %j', (key) => {
  expect(() => new Cipher(key)).toThrow('32 bytes');
});
