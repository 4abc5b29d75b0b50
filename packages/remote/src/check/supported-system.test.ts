import { expect, test } from 'vitest';
import { parseSystemRelease, supportOf } from './supported-system.ts';

test.each([
  ['PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"', 'supported'],
  ['ID=debian\nVERSION_ID="13"', 'supported'],
  ["ID=ubuntu\nVERSION_ID='24.04'\nID_LIKE=debian", 'supported'],
  ['ID=ubuntu\nVERSION_ID="22.04"', 'supported'],
  ['ID=ubuntu\nVERSION_ID="25.10"', 'untested'],
  ['ID=debian\nPRETTY_NAME="Debian GNU/Linux forky/sid"', 'untested'],
  ['ID=debian\nVERSION_ID="10"', 'unsupported'],
  ['ID=ubuntu\nVERSION_ID="18.04"', 'unsupported'],
  ['ID="rocky"\nVERSION_ID="9.4"\nID_LIKE="rhel"', 'unsupported'],
  ['ID=__proto__', 'unsupported'],
  ['', 'unsupported'],
])('%j is %s', (text, support) => {
  expect(supportOf(parseSystemRelease(text))).toBe(support);
});

test('a name from the machine brings no control characters along', () => {
  expect(parseSystemRelease('PRETTY_NAME="a\u001b[31mb"').prettyName).toBe('a[31mb');
});
