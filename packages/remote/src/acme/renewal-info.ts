import { X509Certificate } from 'node:crypto';
import { contentOf } from './der.ts';
import { directorySchema, renewalInfoSchema } from './messages.ts';
import type { AcmeTransport } from './transport.ts';

/** When a directory wants a certificate to be renewed. */
export interface RenewalWindow {
  start: Date;
  end: Date;
  /** How long the answer holds, in seconds. */
  retryAfterSeconds: number;
}

const usualRetrySeconds = 6 * 3600;

/**
 * Asks the directory when to renew; null where it does not say (it has no such address, or the certificate is not its own).
 * @see https://www.rfc-editor.org/rfc/rfc9773
 */
export async function renewalWindow(
  transport: AcmeTransport,
  directoryUrl: string,
  chain: string,
): Promise<RenewalWindow | null> {
  const { renewalInfo } = directorySchema.parse(JSON.parse((await transport.send('GET', directoryUrl)).text));
  const id = renewalIdOf(chain);
  if (renewalInfo === undefined || id === null) return null;
  const answer = await transport.send('GET', `${renewalInfo.replace(/\/$/, '')}/${id}`);
  if (answer.status !== 200) return null;
  const { suggestedWindow } = renewalInfoSchema.parse(JSON.parse(answer.text));
  if (suggestedWindow.end <= suggestedWindow.start) return null;
  const seconds = Number(answer.headers['retry-after']);
  const retryAfterSeconds = seconds > 0 ? Math.min(Math.max(seconds, 60), 86_400) : usualRetrySeconds;
  return { ...suggestedWindow, retryAfterSeconds };
}

/** What the directory calls a certificate: its authority’s key and its serial number; null without the first. */
export function renewalIdOf(chain: string): string | null {
  const { raw, serialNumber } = new X509Certificate(chain);
  const keyId = authorityKeyId(raw);
  if (keyId === null) return null;
  const hex = serialNumber.length % 2 === 0 ? serialNumber : `0${serialNumber}`;
  // As DER writes a number: with a zero before a first bit that would be a sign.
  const serial = Buffer.from(Number.parseInt(hex.slice(0, 2), 16) > 0x7f ? `00${hex}` : hex, 'hex');
  return `${keyId.toString('base64url')}.${serial.toString('base64url')}`;
}

function authorityKeyId(raw: Buffer): Buffer | null {
  const at = raw.indexOf(Buffer.from('0603551d23', 'hex'));
  const octets = at < 0 ? null : contentOf(raw.subarray(at + 5), 0x04);
  const sequence = octets && contentOf(octets, 0x30);
  return sequence && contentOf(sequence, 0x80);
}
