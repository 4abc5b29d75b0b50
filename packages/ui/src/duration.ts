/** Elapsed time for people: `640 ms`, `4.2 s`, `38 s`, `3 min 05 s`, `2 h 10 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.floor(whole / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** How long ago: `just now`, `12 s ago`, `5 min ago`, `3 h ago`, `2 days ago`, then the date; of what is to come `in 5 min`, `in 3 h`, `in 2 days`. */
export function formatAge(date: Date, now: number): string {
  const seconds = Math.round((now - date.getTime()) / 1000);
  // The clock of a server may be ahead of the viewer's.
  if (seconds < -60) return formatWait(date, -seconds);
  if (seconds < 3) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  if (days < 14) return days === 1 ? 'yesterday' : `${days} days ago`;
  return onDate(date);
}

const onDate = (date: Date) =>
  date.toLocaleDateString('en', { day: 'numeric', month: 'short', year: 'numeric' });

function formatWait(date: Date, seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `in ${minutes} min`;
  const hours = Math.round(minutes / 60);
  if (hours < 48) return `in ${hours} h`;
  const days = Math.round(hours / 24);
  return days < 60 ? `in ${days} days` : `on ${onDate(date)}`;
}
