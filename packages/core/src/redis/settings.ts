import type { Redis } from '@fairlead/db';

/**
 * What a full Redis does with the next write: refuses it, or makes room among keys that expire (`volatile-…`) or among all. Anything but `noeviction` may take
 * a job out of a queue or a visitor's session. https://redis.io/docs/latest/develop/reference/eviction/
 */
export const redisPolicies = [
  'noeviction',
  'volatile-lru',
  'volatile-ttl',
  'allkeys-lru',
  'allkeys-lfu',
] as const;
export type RedisPolicy = (typeof redisPolicies)[number];

/** What decides an app's Redis; a row of Prisma fits. */
export type RedisSettings = Pick<Redis, 'memoryMib' | 'policy' | 'leaving' | 'passwordCipher'> &
  Partial<Pick<Redis, 'turn' | 'formerPasswordCipher'>>;

/** Below the ports of apps (20000 and up), of which each slot has one. */
const firstRedisPort = 15_000;

/** Where an app's Redis listens on its primary. */
export function redisPort({ slot }: { slot: number }): number {
  return firstRedisPort + slot;
}

/**
 * The account by which an app signs in to its Redis; the host program's own and Redis's are called otherwise. Each new password is that of the other of two
 * accounts: Redis ends the sessions of one that is deleted, and can't tell by which of two passwords a session was opened. A short name has no underscore.
 */
export function redisUser(slug: string, turn: number): string {
  const name = slug === 'fairlead' || slug === 'default' ? `${slug}-app` : slug;
  return turn % 2 === 1 ? `${name}__b` : name;
}

/** Who may sign in now: the one that backends are told, and, while they go over to it, the one before. */
export function redisUsers(slug: string, { turn = 0, formerPasswordCipher }: RedisSettings): string[] {
  const users = [redisUser(slug, turn)];
  return formerPasswordCipher == null ? users : [...users, redisUser(slug, turn - 1)];
}
