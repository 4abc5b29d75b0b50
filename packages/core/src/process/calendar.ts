import type { Crontab } from './crontab.ts';

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/**
 * A crontab as lines of `OnCalendar=`, which together are due exactly when it is: two where either of its days fits.
 * @see systemd.time(7)
 */
export function calendarLines(crontab: Crontab, timeZone: string): string[] {
  const { daysOfMonth, daysOfWeek, isEitherDay } = crontab;
  const all = { daysOfMonth: oneTo(31), daysOfWeek: [0, 1, 2, 3, 4, 5, 6] };
  const either = [
    { daysOfMonth, daysOfWeek: all.daysOfWeek },
    { daysOfMonth: all.daysOfMonth, daysOfWeek },
  ];
  return (isEitherDay ? either : [{ daysOfMonth, daysOfWeek }]).map((part) =>
    line({ ...crontab, ...part }, timeZone),
  );
}

function line({ minutes, hours, daysOfMonth, months, daysOfWeek }: Crontab, timeZone: string): string {
  const weekday = daysOfWeek.length === 7 ? '' : `${daysOfWeek.map((day) => days[day]).join(',')} `;
  const date = `*-${list(months, 12)}-${list(daysOfMonth, 31)}`;
  return `${weekday}${date} ${list(hours, 24)}:${list(minutes, 60)}:00 ${timeZone}`;
}

function list(values: readonly number[], all: number): string {
  return values.length === all ? '*' : values.map((value) => String(value).padStart(2, '0')).join(',');
}

function oneTo(most: number): number[] {
  return Array.from({ length: most }, (_, index) => index + 1);
}
