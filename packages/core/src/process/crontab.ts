/** What a crontab expression of five fields says; each list sorted. */
export interface Crontab {
  minutes: number[];
  hours: number[];
  daysOfMonth: number[];
  months: number[];
  /** 0 is Sunday. */
  daysOfWeek: number[];
  /** Both days are restricted: a run is due where either fits, as crontab(5) says. A field that begins with `*` restricts nothing in this sense. */
  isEitherDay: boolean;
}

interface Field {
  key: 'minutes' | 'hours' | 'daysOfMonth' | 'months' | 'daysOfWeek';
  what: string;
  least: number;
  most: number;
  names: readonly string[];
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const fields: readonly Field[] = [
  { key: 'minutes', what: 'minute', least: 0, most: 59, names: [] },
  { key: 'hours', what: 'hour', least: 0, most: 23, names: [] },
  { key: 'daysOfMonth', what: 'day of the month', least: 1, most: 31, names: [] },
  { key: 'months', what: 'month', least: 1, most: 12, names: monthNames },
  { key: 'daysOfWeek', what: 'day of the week', least: 0, most: 7, names: dayNames },
];
const shorthands: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const longestMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Why an expression is not taken, in words with what to write. */
export class CrontabRefusal extends Error {}

/**
 * Reads a crontab expression: five fields of numbers, names of months and days, `*`, ranges, lists and steps.
 * @throws CrontabRefusal which names the field
 * @see crontab(5) of Debian's cron
 */
export function parseCrontab(expression: string): Crontab {
  const text = expression.trim();
  if (text.startsWith('@')) throw new CrontabRefusal(shorthandRefusal(text));
  const parts = text.split(/[ \t]+/);
  if (parts.length !== fields.length) {
    throw new CrontabRefusal(
      'Write five fields: minute, hour, day of the month, month, day of the week. For example 0 3 * * * is every day at 03:00.',
    );
  }
  const lists = Object.fromEntries(fields.map((field, i) => [field.key, readField(field, parts[i] ?? '')]));
  const { daysOfWeek = [], ...rest } = lists as Record<Field['key'], number[]>;
  const days = sorted(daysOfWeek.map((day) => day % 7));
  const isEitherDay = !parts[2]?.startsWith('*') && !parts[4]?.startsWith('*');
  const crontab = { ...rest, daysOfWeek: days, isEitherDay } as Crontab;
  if (!isEitherDay && !hasDay(crontab)) {
    throw new CrontabRefusal('There is no such day in any year: it would never run.');
  }
  return crontab;
}

function shorthandRefusal(text: string): string {
  const same = Object.hasOwn(shorthands, text) ? shorthands[text] : undefined;
  if (same !== undefined) return `Write ${text} as ${same}.`;
  return text === '@reboot'
    ? 'What runs at each start of a server has no schedule: make it a worker.'
    : 'Write five fields, for example 0 3 * * *.';
}

function hasDay({ months, daysOfMonth }: Crontab): boolean {
  return months.some((month) => daysOfMonth.some((day) => day <= (longestMonth[month - 1] ?? 0)));
}

function readField(field: Field, text: string): number[] {
  return sorted(text.split(',').flatMap((part) => readPart(field, part)));
}

function readPart(field: Field, part: string): number[] {
  const match = /^(\*|[0-9]{1,2}|[A-Za-z]{3})(?:-([0-9]{1,2}|[A-Za-z]{3}))?(?:\/([0-9]{1,2}))?$/.exec(part);
  const refuse = (why: string) =>
    new CrontabRefusal(`The ${field.what}, ${part || 'which is empty'}: ${why}`);
  if (match === null) {
    throw refuse(
      `write a number from ${field.least} to ${field.most}, *, a range such as ${field.least}-${field.least + 4}, or a step such as */5.`,
    );
  }
  const [, from = '', to, step] = match;
  if (from === '*' && to !== undefined) throw refuse('a range is of two numbers.');
  if (step !== undefined && from !== '*' && to === undefined) {
    throw refuse(`a step goes with * or a range: write ${from}-${field.most}/${step}.`);
  }
  const first = from === '*' ? field.least : numberOf(field, from);
  // The 7 of Sundays is none of `*`’s, or a step would count it twice.
  const last =
    from === '*' ? Math.min(field.most, field.least + lengthOf(field) - 1) : numberOf(field, to ?? from);
  if (first === null || last === null) {
    throw refuse(`write numbers from ${field.least} to ${field.most}.`);
  }
  if (first > last) throw refuse('the range has to go up; write two of them instead.');
  const every = step === undefined ? 1 : Number(step);
  if (every < 1) throw refuse('a step is 1 at least.');
  const found: number[] = [];
  for (let value = first; value <= last; value += every) found.push(value);
  return found;
}

function lengthOf({ key, least, most }: Field): number {
  return key === 'daysOfWeek' ? 7 : most - least + 1;
}

function numberOf({ least, most, names }: Field, text: string): number | null {
  const named = names.indexOf(text.toLowerCase());
  const value = named === -1 ? (/^\d+$/.test(text) ? Number(text) : -1) : named + (least === 1 ? 1 : 0);
  return value >= least && value <= most ? value : null;
}

function sorted(values: number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
