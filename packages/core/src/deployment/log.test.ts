import { expect, it } from 'vitest';
import { logLineText } from './log.ts';

it('a line of a file has its time and server, and none of what a terminal would act on', () => {
  const line = { id: '1', serverId: 's', at: '2026-01-01T00:00:00.000Z', stream: 'stdout' as const };
  const text = '\u001b[31mred\u001b[0m\ttab\u001b]0;title\u0007 \r\u0000end';
  expect(logLineText({ ...line, serverName: 'two', text })).toBe(
    '2026-01-01T00:00:00.000Z two red\ttab0;title end\n',
  );
  expect(logLineText({ ...line, serverName: null, text: '' })).toBe('2026-01-01T00:00:00.000Z - \n');
});
