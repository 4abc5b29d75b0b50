import { Secret } from '@fairlead/errors';
import { expect, it } from 'vitest';
import { createRedactor } from './redact.ts';

const pem = '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\n-----END KEY-----';
const redact = createRedactor([new Secret('s3cr&t/pass'), pem, 'ab']);

it.each([
  ['as it is', 'password is s3cr&t/pass!', 'password is [redacted]!'],
  ['percent-encoded', 'x=s3cr%26t%2Fpass', 'x=[redacted]'],
  ['base64', Buffer.from('s3cr&t/pass').toString('base64'), '[redacted]'],
  ['one line of a PEM', 'cat: MIIEvQIBADANBgkqhkiG9w0', 'cat: [redacted]'],
  [
    'credentials of any URL',
    'fetch https://joe:hunter2@git.example/x',
    'fetch https://[redacted]@git.example/x',
  ],
  ['nothing of a value too short to be a secret', 'ab cd', 'ab cd'],
])('hides a secret: %s', (_, text, clean) => {
  expect(redact(text)).toBe(clean);
});
