/**
 * The language between the control plane and the host program (`/usr/lib/fairlead/host`): JSON, one message a line, over one SSH channel.
 *
 * Request:  `{"id":"…","verb":"nginx.apply","fence":{"operationId":"…","token":"7"},"input":{…}}`
 * Answers:  `{"id":"…","event":"progress","share":0.4,"text":"…"}`, `{"id":"…","event":"log","stream":"stdout","text":"…"}` and one last
 *           `{"id":"…","ok":true,"result":{…}}` or `{"id":"…","ok":false,"error":{"code":"…","message":"…","hint":"…","details":{…}}}`.
 *
 * Error codes are those of `@fairlead/errors`. Verbs that change something carry a fence; the host refuses a token older than the newest
 * it has seen for the server (`fenced-off`). Every changing verb is level-triggered: it states what should be, and doing it twice changes nothing.
 */
import type { z } from 'zod';

import { artifactVerbs } from './protocol/artifact.ts';
import { dataVerbs } from './protocol/data.ts';
import { machineVerbs } from './protocol/machine.ts';
import { nginxVerbs } from './protocol/nginx.ts';
import { processVerbs } from './protocol/process.ts';
import { releaseVerbs } from './protocol/release.ts';
import type { Verbs } from './protocol/words.ts';

export { type ServerFacts, serverFactsSchema } from './protocol/facts.ts';

/** Input and result of every verb. `fenced` verbs change the server. */
export const hostVerbs = {
  ...machineVerbs,
  ...nginxVerbs,
  ...releaseVerbs,
  ...artifactVerbs,
  ...processVerbs,
  ...dataVerbs,
} as const satisfies Verbs;

export type HostVerb = keyof typeof hostVerbs;
export type HostInput<V extends HostVerb> = z.input<(typeof hostVerbs)[V]['input']>;
export type HostResult<V extends HostVerb> = z.output<(typeof hostVerbs)[V]['result']>;

/** One of the calls of a `sequence`, made by {@link hostCall}. */
export type HostCall = { [V in HostVerb]: { verb: V; input: HostInput<V> } }[Exclude<HostVerb, 'sequence'>];

export function hostCall<V extends HostCall['verb']>(
  verb: V,
  input: HostInput<V>,
): { verb: V; input: HostInput<V> } {
  return { verb, input };
}

/** Their results, in their order. */
export type HostResults<C extends readonly HostCall[]> = { [I in keyof C]: HostResult<C[I]['verb']> };

/** Who asks for a change: the operation, and the fencing token of its lease on this server (decimal string of a bigint). */
export interface Fence {
  operationId: string;
  token: string;
}
