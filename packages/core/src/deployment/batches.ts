import type { App } from '@fairlead/db';

/** What an app says about its roll-outs. */
export type RolloutPolicy = Pick<App, 'rolloutBatch' | 'rolloutFloor'>;

/** A backend as the roll-out sees it now. */
export interface RolloutMember {
  /** Visitors are led to it. */
  isEnabled: boolean;
  /** The balancer found it healthy just now. */
  isHealthy: boolean;
}

/** How many enabled backends have to stay healthy and untouched; an app with one has nobody else to keep. */
export function floorOf({ rolloutFloor }: RolloutPolicy, enabled: number): number {
  return enabled <= 1 ? 0 : rolloutFloor;
}

/**
 * Which of the waiting backends switch next: those first whose switch takes no healthy backend away, and of the others as many as the floor leaves. Empty where
 * none may.
 * @param waiting those that have not switched
 * @param switched those that have
 */
export function nextBatch<T extends RolloutMember>(
  policy: RolloutPolicy,
  waiting: readonly T[],
  switched: readonly RolloutMember[],
): T[] {
  const everybody = [...waiting, ...switched];
  const serving = everybody.filter(isServing).length;
  const enabled = everybody.filter(({ isEnabled }) => isEnabled).length;
  const spare = Math.max(0, serving - floorOf(policy, enabled));
  const size = policy.rolloutBatch === 0 ? waiting.length : policy.rolloutBatch;
  const free = waiting.filter((member) => !isServing(member)).slice(0, size);
  const taken = waiting.filter(isServing).slice(0, Math.min(spare, size - free.length));
  return [...free, ...taken];
}

/** Why no deployment of an app with so many enabled backends can keep to its floor, in words; null where one can. */
export function floorRefusal({ rolloutFloor }: RolloutPolicy, enabled: number): string | null {
  if (enabled <= 1 || rolloutFloor < enabled) return null;
  return `The roll-out keeps ${rolloutFloor} healthy backends untouched, and ${enabled} are enabled: none of them may switch.`;
}

function isServing({ isEnabled, isHealthy }: RolloutMember): boolean {
  return isEnabled && isHealthy;
}
