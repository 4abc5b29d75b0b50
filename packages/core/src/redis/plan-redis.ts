import { isProven } from '../desired.ts';
import { desiredOf, type Fleet } from '../fleet.ts';
import { comparePlaces } from '../load-balancer/plan-build.ts';
import type { PlanFacts } from '../load-balancer/plan-notes.ts';
import type { PlanNote, PlanView, ServerPlan } from '../load-balancer/plan-view.ts';
import { factsOf } from '../server/facts.ts';
import { redisEnvironmentKeys } from './environment.ts';
import type { RedisSettings } from './settings.ts';

type OwnKeys = Pick<PlanFacts, 'environmentKeys' | 'backendKeys'>;
type Wanted = Pick<RedisSettings, 'memoryMib' | 'policy'>;

/**
 * What the next deployment does to each server for a Redis that is wanted (null: no more): pure.
 * @param own names of the app's own variables and of those of single backends
 */
export function planRedis(before: Fleet, wanted: Wanted | null, own: OwnKeys): PlanView {
  const known = before.app.redis ?? null;
  const redis =
    wanted === null
      ? null
      : {
          ...{ passwordCipher: '', turn: 0, passwordSetAt: null, formerPasswordCipher: null },
          ...{ seen: null, seenAt: null, placedAt: null },
          ...known,
          ...wanted,
          leaving: false,
        };
  const after = {
    ...before,
    app: {
      ...before.app,
      redis: redis === null ? null : { setAt: new Date(0), appId: before.app.id, ...redis },
    },
  };
  const [from, to] = [desiredOf(before), desiredOf(after)];
  const secrets = known === null || known.leaving ? wanted !== null : wanted === null;
  const servers = after.servers.map((server): ServerPlan => {
    const { firewall, grants, environment } = comparePlaces(server.id, before, after, from, to, own);
    const hasBackend = before.backends.some((backend) => backend.serverId === server.id && isProven(backend));
    const change = wanted === null ? ('remove' as const) : ('add' as const);
    const hidden = (['REDIS_URL', 'REDIS_PASSWORD'] as const)
      .filter((key) => secrets && !own.environmentKeys.includes(key))
      .map((key) => ({ key, change, value: null }));
    return {
      serverId: server.id,
      name: server.name,
      files: [],
      firewall,
      grants,
      environment: hasBackend ? [...environment, ...hidden] : [],
      deploys: null,
      prepares:
        wanted !== null && server.id === before.app.primaryServerId && factsOf(server.facts)?.redis == null,
      reload: false,
      restarts: [],
    };
  });
  return {
    generation: before.loadBalancer.generation,
    servers: servers.filter(
      ({ firewall, grants, environment, prepares }) =>
        firewall.length + grants.length + environment.length > 0 || prepares,
    ),
    notes: notesOf(before, wanted, own.environmentKeys),
  };
}

function notesOf({ app }: Fleet, wanted: Wanted | null, ownKeys: readonly string[]): PlanNote[] {
  const info = (text: string): PlanNote => ({ level: 'info', text });
  const warning = (text: string): PlanNote => ({ level: 'warning', text });
  const notes = [info('Nothing happens on the servers now: the next deployment brings this.')];
  if (wanted === null) {
    return [
      ...notes,
      warning('All that it holds is lost: sessions, jobs that wait and what is cached.'),
      info('It goes once every backend runs without it.'),
    ];
  }
  if (app.redis != null && app.redis.placedAt !== null) {
    notes.push(info('It takes the new settings while it runs; nobody is cut off.'));
    if (wanted.memoryMib < app.redis.memoryMib) {
      notes.push(
        warning(
          'It may hold less than before: where it is fuller than that, the policy says what becomes of it.',
        ),
      );
    }
  }
  if (wanted.policy !== 'noeviction') {
    notes.push(
      warning(
        wanted.policy.startsWith('allkeys')
          ? 'A full one drops any key, jobs of queues and sessions too. It suits a cache alone.'
          : 'A full one drops keys that expire: sessions and what is cached, and of queues what has an expiry.',
      ),
    );
  }
  const taken = redisEnvironmentKeys.filter((key) => ownKeys.includes(key));
  if (taken.length > 0) {
    notes.push(warning(`The app’s own variables take the place of these: ${taken.join(', ')}.`));
  }
  return notes;
}
