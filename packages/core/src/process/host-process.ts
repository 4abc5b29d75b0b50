import { calendarLines } from './calendar.ts';
import { parseCrontab } from './crontab.ts';
import type { PlacedSettings } from './settings.ts';

/** A process in the words of the host program. */
export type HostProcess =
  | {
      name: string;
      kind: 'worker';
      command: string;
      memoryMib: number | null;
      stopTimeoutSeconds: number;
      count: number;
    }
  | {
      name: string;
      kind: 'cron';
      command: string;
      memoryMib: number | null;
      stopTimeoutSeconds: number;
      timeLimitSeconds: number;
      calendars: string[];
    };

/** What `process.set` is told of a process: its schedule as lines of systemd’s calendar. */
export function hostProcess(settings: PlacedSettings): HostProcess {
  const { name, command, memoryMib, stopTimeoutSeconds } = settings;
  const common = { name, command, memoryMib, stopTimeoutSeconds };
  if (settings.kind === 'worker') return { ...common, kind: 'worker', count: settings.count };
  const { schedule, timeZone, timeLimitSeconds } = settings;
  return {
    ...common,
    kind: 'cron',
    timeLimitSeconds,
    calendars: calendarLines(parseCrontab(schedule), timeZone),
  };
}
