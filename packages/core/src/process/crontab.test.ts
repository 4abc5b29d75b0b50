import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { calendarLines } from './calendar.ts';
import { parseCrontab } from './crontab.ts';
import { nextRun } from './next-run.ts';
import { scheduleWords } from './schedule-words.ts';

/** When systemd itself has one of the lines due next after `base`. */
function bySystemd(lines: string[], base: Date): number {
  const stamp = `${base.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const says = execFileSync('systemd-analyze', ['calendar', `--base-time=${stamp}`, '--', ...lines], {
    encoding: 'utf8',
    env: { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8' },
  });
  const found = [...says.matchAll(/Next elapse: \w+ (\S+) (\S+) UTC/g)];
  expect(found).toHaveLength(lines.length);
  return Math.min(...found.map(([, day, time]) => Date.parse(`${day}T${time}Z`)));
}

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'];

const part = (least: number, most: number) =>
  fc.oneof(
    fc.constant('*'),
    fc.integer({ min: least, max: most }).map(String),
    fc.integer({ min: 1, max: 9 }).map((step) => `*/${step}`),
    fc
      .tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }))
      .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    fc
      .tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }))
      .map(([a, b]) => `${a},${b}`),
  );

test('a translated schedule is due when systemd says so, over every change of the clocks', () => {
  const expression = fc.tuple(part(0, 59), part(0, 23), part(1, 28), part(1, 12), part(0, 7));
  // Around the changes of clocks in these zones, and anywhere.
  const base = fc.oneof(
    fc.integer({ min: Date.UTC(2027, 2, 27), max: Date.UTC(2027, 2, 29) }),
    fc.integer({ min: Date.UTC(2027, 9, 30), max: Date.UTC(2027, 10, 8) }),
    fc.integer({ min: Date.UTC(2027, 0, 1), max: Date.UTC(2029, 0, 1) }),
  );
  fc.assert(
    fc.property(expression, base, fc.constantFrom(...zones), (parts, baseMs, zone) => {
      const crontab = parseCrontab(parts.join(' '));
      const after = new Date(Math.floor(baseMs / 1000) * 1000);
      const lines = calendarLines(crontab, zone);
      expect(nextRun(crontab, zone, after)?.getTime(), lines.join(' | ')).toBe(bySystemd(lines, after));
    }),
    { numRuns: 60 },
  );
}, 60_000);

test.each([
  ['0 3 * * *', ['*-*-* 03:00:00 UTC'], 'at 03:00, every day'],
  ['*/5 * * * *', ['*-*-* *:00,05,10,15,20,25,30,35,40,45,50,55:00 UTC'], 'every 5 minutes, every day'],
  ['* * * * *', ['*-*-* *:*:00 UTC'], 'every minute, every day'],
  ['30 8 * * mon-fri', ['Mon,Tue,Wed,Thu,Fri *-*-* 08:30:00 UTC'], 'at 08:30, on Monday to Friday'],
  ['0 0 * * 7', ['Sun *-*-* 00:00:00 UTC'], 'at 00:00, on Sunday'],
  ['15 4 1,15 * *', ['*-*-01,15 04:15:00 UTC'], 'at 04:15, on day 1 and 15 of the month'],
  [
    '0 9-17 * jan *',
    ['*-01-* 09,10,11,12,13,14,15,16,17:00:00 UTC'],
    'at minute 0 of the hours 9 to 17, every day, in January',
  ],
  // Either of the days, as crontab(5) has it; and both, where one begins with `*`.
  [
    '0 0 13 * 5',
    ['*-*-13 00:00:00 UTC', 'Fri *-*-* 00:00:00 UTC'],
    'at 00:00, on day 13 of the month and on Friday',
  ],
  ['0 0 */2 * 1', ['Mon *-*-01,03,05,07,09,11,13,15,17,19,21,23,25,27,29,31 00:00:00 UTC'], null],
])('%s', (expression, lines, words) => {
  const crontab = parseCrontab(expression);
  expect(calendarLines(crontab, 'UTC')).toEqual(lines);
  if (words !== null) expect(scheduleWords(crontab)).toBe(words);
});

test.each([
  ['', 'Write five fields'],
  ['0 3 * *', 'Write five fields'],
  ['0 0 3 * * *', 'Write five fields'],
  ['@daily', 'Write @daily as 0 0 * * *.'],
  ['@reboot', 'make it a worker'],
  ['60 * * * *', 'The minute, 60: write numbers from 0 to 59.'],
  ['0 24 * * *', 'The hour, 24'],
  ['0 0 0 * *', 'The day of the month, 0'],
  ['0 0 L * *', 'The day of the month, L'],
  ['0 0 ? * *', 'The day of the month, ?'],
  ['0 0 * * 5#2', 'The day of the week, 5#2'],
  ['0 0 * 13 *', 'The month, 13'],
  ['0 0 * * fri-mon', 'the range has to go up'],
  ['5/15 * * * *', 'write 5-59/15'],
  ['*/0 * * * *', 'a step is 1 at least'],
  ['*-5 * * * *', 'a range is of two numbers'],
  ['0 0 31 2,4 *', 'it would never run'],
  ['0,,1 * * * *', 'The minute, which is empty'],
  ['0 0 * * *\n[Service]', 'The day of the week, *\n[Service]: write'],
  ['0 0 * * %h', 'The day of the week, %h'],
])('%j is refused with the reason', (expression, reason) => {
  expect(() => parseCrontab(expression)).toThrow(reason);
});

test('whatever is read holds nothing but numbers', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      let lines: string[] = [];
      try {
        lines = calendarLines(parseCrontab(text), 'UTC');
      } catch {}
      for (const line of lines) expect(line).toMatch(/^(?:[A-Z][a-z]{2}[, ])*[*0-9 ,:-]+ UTC$/);
    }),
  );
});
