import type { Duplex } from 'node:stream';
import { AppError } from '@fairlead/errors';

/** What an sshd says to a caller that it will not talk to, before it hangs up. */
const REFUSALS = ['Not allowed at this time', 'Exceeded MaxStartups'];

/** Remembers the first 255 characters that come over a stream, without taking them from anybody else who reads it in the same tick. */
export function overhear(sock: Duplex): () => string {
  let heard = '';
  const listen = (chunk: Buffer) => {
    heard = (heard + chunk.toString('latin1')).slice(0, 255);
    if (heard.length === 255 || heard.startsWith('SSH-')) sock.off('data', listen);
  };
  sock.on('data', listen);
  return () => heard;
}

/** Whether what came first is sshd's refusal in place of its name. */
export function isTurnedAway(greeting: string): boolean {
  return REFUSALS.some((refusal) => greeting.startsWith(refusal));
}

/**
 * The error of a server that does not let this address in for the moment.
 * @see https://man.openbsd.org/sshd_config#PerSourcePenalties
 * @see https://man.openbsd.org/sshd_config#MaxStartups
 */
export function turnedAway(place: string, server: string, greeting: string): AppError {
  const said = greeting.split(/[\r\n]/, 1)[0] ?? '';
  return new AppError('connection-lost', `${place} turns Fairlead away for now: "${said}".`, {
    server,
    hint: 'sshd does this after failed sign-ins or too many connections at once; it passes within minutes. PerSourcePenaltyExemptList and MaxStartups in sshd_config say whom and how many it admits.',
    retryable: true,
    details: { said },
  });
}
