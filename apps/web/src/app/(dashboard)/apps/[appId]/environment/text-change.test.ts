import { expect, test } from 'vitest';
import { changeFromText, environmentAsText, kept } from './text-change.ts';

const items = ['APP_SECRET', 'SMTP_URL'].map((key) => ({ key, updatedAt: '2030-01-01T00:00:00.000Z' }));

test('changes nothing when the text is left as it was shown', () => {
  expect(changeFromText(environmentAsText(items), items).change).toEqual({ set: {}, unset: [] });
});

test('sets what was written, keeps the dots, removes lines that are gone', () => {
  const { change, summary } = changeFromText(`APP_SECRET=${kept}\nNEW=1\n`, items);
  expect(change).toEqual({ set: { NEW: '1' }, unset: ['SMTP_URL'] });
  expect(summary).toBe('1 set, 1 removed: SMTP_URL');
});

test('refuses dots for a variable that has no value yet', () => {
  expect(changeFromText(`${environmentAsText(items)}OTHER=${kept}`, items).problems).toEqual([
    { line: 3, message: 'Line 3: OTHER has no value yet to keep.' },
  ]);
});
