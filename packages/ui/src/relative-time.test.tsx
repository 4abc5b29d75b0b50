import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Elapsed, RelativeTime } from './relative-time.tsx';

const minuteMs = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a page that was rendered long after the server began tells ages as of then', () => {
  const at = new Date(Date.now() + 30 * minuteMs).toISOString();
  vi.setSystemTime(Date.now() + 40 * minuteMs);
  expect(renderToString(<RelativeTime at={at} />)).toContain('10 min ago');
  expect(renderToString(<Elapsed from={at} />)).toContain('10 min 00 s');
});
