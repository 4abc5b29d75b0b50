import { Secret } from '@fairlead/errors';

const shortestSecret = 4;

/**
 * A function that replaces every known secret by `[redacted]`, also base64-encoded, percent-encoded, JSON-escaped and line by line (a PEM in a build's
 * output), and the password of any URL.
 */
export function createRedactor(secrets: Iterable<string | Secret>): (text: string) => string {
  const needles = new Set<string>();
  for (const secret of secrets) {
    const value = secret instanceof Secret ? secret.reveal() : secret;
    if (value.length < shortestSecret) continue;
    needles.add(value);
    needles.add(encodeURIComponent(value));
    needles.add(JSON.stringify(value).slice(1, -1));
    needles.add(Buffer.from(value).toString('base64'));
    for (const line of value.split(/\r?\n/)) if (line.length >= 8) needles.add(line);
  }
  const longestFirst = [...needles].sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const needle of longestFirst) clean = clean.replaceAll(needle, '[redacted]');
    return clean.replace(/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:]*:[^\s/@]+@/gi, '$1[redacted]@');
  };
}
