import type { Redis } from '@fairlead/api/types';

type Policy = NonNullable<Redis['redis']>['policy'];

/** What a full Redis does, in the order in which it is offered. */
export const policies: Record<Policy, string> = {
  noeviction: 'Refuse writes: nothing is lost',
  'volatile-lru': 'Drop what expires, the longest unused first',
  'volatile-ttl': 'Drop what expires, the soonest first',
  'allkeys-lru': 'Drop any key, the longest unused first',
  'allkeys-lfu': 'Drop any key, the least used first',
};
