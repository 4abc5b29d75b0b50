const SECONDS: Record<string, number> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  M: 2_592_000,
  y: 31_536_000,
};
const BYTES: Record<string, number> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/**
 * A time as Nginx reads it, in whole seconds, rounded up: `300`, `5m`, `1h 30m`, `500ms`.
 * @returns null for what is none
 * @see https://nginx.org/en/docs/syntax.html
 */
export function readTime(text: string): number | null {
  if (text === '' || !/^(?:[0-9]{1,9}(?:ms|[smhdwMy]) ?)*(?:[0-9]{1,9})?$/.test(text)) return null;
  const parts = [...text.matchAll(/([0-9]{1,9})(ms|[smhdwMy])?/g)];
  const total = parts.reduce(
    (sum, [, number, unit]) => sum + Number(number) * (SECONDS[unit ?? 's'] ?? 1),
    0,
  );
  return Math.ceil(total - 1e-9);
}

/** A size as Nginx reads it, in bytes: `20m`, `512k`, `0`; null for what is none. */
export function readBytes(text: string): number | null {
  const [, number, unit = ''] = /^([0-9]{1,12})([kmg]?)$/i.exec(text) ?? [];
  return number === undefined ? null : Number(number) * (BYTES[unit.toLowerCase()] ?? 1);
}
