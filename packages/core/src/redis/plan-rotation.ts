import { planTurn, turnNotes } from '../database/plan-rotation.ts';
import type { Fleet } from '../fleet.ts';
import type { PlanFacts } from '../load-balancer/plan-notes.ts';
import type { PlanNote, PlanView } from '../load-balancer/plan-view.ts';
import { redisUser } from './settings.ts';

/** Before and after another password of the app's Redis, compared: pure. Neither password is read for it. */
export function planRedisRotation(
  before: Fleet,
  facts: Pick<PlanFacts, 'environmentKeys' | 'backendKeys' | 'liveCommit'>,
): PlanView {
  const redis = before.app.redis ?? null;
  if (redis === null) throw new TypeError('This app has no Redis.');
  const isBegun = redis.formerPasswordCipher !== null;
  const turn = isBegun ? redis.turn : redis.turn + 1;
  const after = { ...before, app: { ...before.app, redis: { ...redis, turn, formerPasswordCipher: null } } };
  const name = redisUser(before.app.slug, turn);
  const notes: PlanNote[] = [
    ...turnNotes(isBegun, 'Redis'),
    {
      level: 'info',
      text: `The app signs in as ${name} from then on. What Redis holds stays, and the account before is deleted at the end, which ends its sessions.`,
    },
  ];
  return planTurn(before, after, ['REDIS_URL', 'REDIS_PASSWORD'], notes, facts);
}
