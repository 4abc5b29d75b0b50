const steps = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `8.0 GB`: decimal units, as disks and clouds are sold. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let step = 0;
  while (value >= 999.5 && step < steps.length - 1) {
    value /= 1000;
    step += 1;
  }
  return `${step === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${steps[step]}`;
}

/** `3.9 GiB` of memory reads as `4 GB` on the invoice: binary size, whole where it is near. */
export function formatMemory(bytes: number): string {
  const gib = bytes / 2 ** 30;
  return gib < 1 ? `${Math.round(bytes / 2 ** 20)} MiB` : `${gib.toFixed(1)} GiB`;
}

/** `0.8 ms`, `12 ms`, `1.2 s`. */
export function formatLatency(ms: number): string {
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  return ms < 999.5 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** `99.98 %`; never rounded up to a whole that was not reached. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent === 100 || percent === 0) return `${percent} %`;
  return `${(Math.floor(percent * 100) / 100).toFixed(2)} %`;
}

/** The first seven digits of a commit. */
export const shortCommit = (commit: string): string => commit.slice(0, 7);

/** `1 backend`, `3 backends`. */
export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** `10.0.0.5:22`, `[2001:db8::5]:22`. */
export const formatSocket = (address: string, port: number | string): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`;
