import type { Crontab } from './crontab.ts';

const dayMs = 86_400_000;
/** 29 February on a certain day of the week comes again after forty years at most. */
const longestMs = 40 * 366 * dayMs;

/**
 * When a crontab is due next after `after`, as a systemd timer has it: by the clock on the wall of the time zone. A time that the clock leaves out is left
 * out; one that it shows twice counts the first time. Null where there is none within forty years.
 */
export function nextRun(crontab: Crontab, timeZone: string, after: Date): Date | null {
  const wall = wallClock(timeZone);
  const from = Math.floor((after.getTime() + wall.offsetMs(after.getTime())) / dayMs) * dayMs;
  for (let day = from; day <= from + longestMs; day += dayMs) {
    if (!isDue(crontab, new Date(day))) continue;
    for (const hour of crontab.hours) {
      for (const minute of crontab.minutes) {
        const instant = wall.instantOf(day + (hour * 60 + minute) * 60_000);
        if (instant !== null && instant > after.getTime()) return new Date(instant);
      }
    }
  }
  return null;
}

function isDue({ daysOfMonth, months, daysOfWeek, isEitherDay }: Crontab, day: Date): boolean {
  if (!months.includes(day.getUTCMonth() + 1)) return false;
  const ofMonth = daysOfMonth.includes(day.getUTCDate());
  const ofWeek = daysOfWeek.includes(day.getUTCDay());
  return isEitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
}

interface WallClock {
  /** What the zone is ahead of UTC at an instant. */
  offsetMs(instant: number): number;
  /** The first instant at which the wall shows this time, which is written as if it were UTC; null for one that it never shows. */
  instantOf(wallMs: number): number | null;
}

function wallClock(timeZone: string): WallClock {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  const offsetMs = (instant: number): number => {
    const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
    const { year, month, day, hour, minute, second } = parts;
    const shown = Date.UTC(
      Number(year),
      Number(month) - 1,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
    );
    return shown - Math.floor(instant / 1000) * 1000;
  };
  const instantOf = (wallMs: number): number | null => {
    const offsets = [offsetMs(wallMs - dayMs), offsetMs(wallMs + dayMs)];
    const instants = offsets.map((offset) => wallMs - offset).sort((a, b) => a - b);
    return instants.find((instant) => instant + offsetMs(instant) === wallMs) ?? null;
  };
  return { offsetMs, instantOf };
}
