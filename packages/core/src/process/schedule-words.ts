import type { Crontab } from './crontab.ts';

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];
const mostTimes = 6;

/** A crontab in words, without its time zone: `every day at 03:00`, `every 5 minutes`. */
export function scheduleWords(crontab: Crontab): string {
  return [timeWords(crontab), dayWords(crontab), monthWords(crontab)]
    .filter((part) => part !== '')
    .join(', ');
}

function timeWords({ minutes, hours }: Crontab): string {
  if (minutes.length * hours.length <= mostTimes) {
    return `at ${listed(hours.flatMap((hour) => minutes.map((minute) => `${two(hour)}:${two(minute)}`)))}`;
  }
  const during = hours.length === 24 ? '' : ` of the hours ${ranges(hours, String)}`;
  if (minutes.length === 60) return `every minute${during}`;
  const step = stepOf(minutes, 60);
  if (step !== null) return `every ${step} minutes${during}`;
  const at = minutes.length === 1 ? `at minute ${minutes[0]}` : `at the minutes ${ranges(minutes, String)}`;
  return hours.length === 24 ? `${at} of every hour` : `${at}${during}`;
}

function dayWords({ daysOfMonth, daysOfWeek, isEitherDay }: Crontab): string {
  const ofMonth = daysOfMonth.length === 31 ? '' : `on day ${ranges(daysOfMonth, String)} of the month`;
  const ofWeek = daysOfWeek.length === 7 ? '' : `on ${ranges(daysOfWeek, (day) => days[day] ?? '')}`;
  if (ofMonth === '' && ofWeek === '') return 'every day';
  if (isEitherDay && (ofMonth === '' || ofWeek === '')) return 'every day';
  return [ofMonth, ofWeek]
    .filter((part) => part !== '')
    .join(isEitherDay ? ' and ' : ' if that is ')
    .replace('if that is on', 'if that is a');
}

function monthWords({ months: list }: Crontab): string {
  return list.length === 12 ? '' : `in ${ranges(list, (month) => months[month - 1] ?? '')}`;
}

/** 0, n, 2n … below `all`: n; else null. */
function stepOf(values: readonly number[], all: number): number | null {
  const step = values[1] ?? 0;
  const isEven = step > 1 && all % step === 0 && values.length === all / step;
  return isEven && values.every((value, index) => value === index * step) ? step : null;
}

/** Three and more in a row as `a to b`. */
function ranges(values: readonly number[], word: (value: number) => string): string {
  const parts: string[] = [];
  for (let index = 0; index < values.length; ) {
    let end = index;
    while (values[end + 1] === (values[end] ?? 0) + 1) end += 1;
    const [first, last] = [word(values[index] ?? 0), word(values[end] ?? 0)];
    if (end - index >= 2) parts.push(`${first} to ${last}`);
    else parts.push(...(end === index ? [first] : [first, last]));
    index = end + 1;
  }
  return listed(parts);
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
