import type { Fleet } from '../fleet.ts';
import type { CanaryEnd } from './schemas.ts';

/**
 * The fleet once a canary has ended: visitors are no longer parted. After an abort the backends that had it are brought to the release that the others serve
 * before they are given visitors again. Pure.
 */
export function endedFleet(fleet: Fleet, end: CanaryEnd): Fleet {
  return {
    ...fleet,
    loadBalancer: { ...fleet.loadBalancer, canary: null, generation: fleet.loadBalancer.generation + 1 },
    backends: fleet.backends.map((one) =>
      one.canary ? { ...one, canary: false, heldBack: end === 'abort' ? 'behind' : one.heldBack } : one,
    ),
  };
}
