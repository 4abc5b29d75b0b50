import { AppError, type Secret } from '@fairlead/errors';
import { serverLoopback } from './app/runtimes.ts';
import { type DatabaseLogin, databaseLogins } from './database/logins.ts';
import { type DatabaseEngine, databaseEnvironment } from './desired-database.ts';
import type { DesiredApp, DesiredBackend, DesiredServer } from './desired-input.ts';
import { addressFrom } from './desired-network.ts';
import { hostedEnvironment } from './hosted-database/environment.ts';
import { redisEnvironment } from './redis/environment.ts';
import { type RedisPolicy, redisPort, redisUsers } from './redis/settings.ts';

export interface DesiredDatabase {
  serverId: string;
  engine: DatabaseEngine;
  database: string;
  /** Who owns it. */
  user: string;
  /** Who signs in: the one that backends are told, and the one before while they go over to it. */
  logins: DatabaseLogin[];
  /** The address that the engine listens on beside 127.0.0.1; null: local alone. */
  listenAddress: string | null;
  /** Complete set of remote addresses that may sign in. */
  addresses: string[];
}

/** The app's own Redis on its primary. */
export interface DesiredRedis {
  serverId: string;
  port: number;
  user: string;
  /** All that may sign in: `user`, and while backends go over to it the one before. */
  users: string[];
  memoryMib: number;
  policy: RedisPolicy;
  /** Beside 127.0.0.1. */
  listenAddress: string;
  /** Complete set of remote addresses that the firewall lets in. */
  addresses: string[];
  /** Backends are told of it no more. */
  leaving: boolean;
}

/** How backends elsewhere come to what the primary keeps for all of them. */
export interface Reach {
  serverId: string;
  listenAddress(): string;
  addresses(): string[];
}

/** Backends that are known by the addresses given have to come to the primary. */
export function reachOf(
  primary: DesiredServer,
  remote: readonly { server: DesiredServer; address: string }[],
): Reach {
  // A backend that is known by its public address shares no private network, whatever addresses there are: that was measured when it joined.
  const isPrivate =
    primary.privateAddress !== null &&
    remote.every(({ server, address }) => server.privateAddress !== null && address !== server.ipAddress);
  return {
    serverId: primary.id,
    // Listened to from the first deployment on, before anybody uses the app: widening later would restart the engine under traffic.
    listenAddress: () => addressFrom(primary, isPrivate),
    addresses: () => [...new Set(remote.map(({ server }) => addressFrom(server, isPrivate)))].sort(),
  };
}

/** Null: it has none. */
export function desiredRedis(app: DesiredApp, reach: Reach): DesiredRedis | null {
  const redis = app.redis ?? null;
  if (app.removing || redis === null) return null;
  const { memoryMib, policy, leaving } = redis;
  const users = redisUsers(app.slug, redis);
  return {
    serverId: reach.serverId,
    port: redisPort(app),
    user: users[0] ?? '',
    users,
    policy: policy as RedisPolicy,
    ...{ memoryMib, leaving },
    listenAddress: reach.listenAddress(),
    addresses: reach.addresses(),
  };
}

/** Null: it has none there. @throws AppError `internal` for an engine without a name */
export function desiredDatabase(app: DesiredApp, reach: Reach): DesiredDatabase | null {
  if (app.removing || app.databaseEngine === 'none') return null;
  if (app.databaseName === null || app.databaseUser === null) {
    throw new AppError('internal', 'This app has a database engine but no database name.');
  }
  return {
    serverId: reach.serverId,
    engine: app.databaseEngine as DatabaseEngine,
    database: app.databaseName,
    user: app.databaseUser,
    logins: databaseLogins(app, app.databaseEngine as DatabaseEngine, app.databaseUser),
    listenAddress: reach.listenAddress(),
    addresses: reach.addresses(),
  };
}

/** What the app's environment is told of its data, on one backend. */
export function dataEnvironment(
  app: DesiredApp,
  backend: DesiredBackend,
  { database, redis }: { database: DesiredDatabase | null; redis: DesiredRedis | null },
  passwords: { databasePassword?: Secret | null; redisPassword?: Secret | null },
): Record<string, string | Secret> {
  const { databasePassword = null, redisPassword = null } = passwords;
  return {
    ...(database === null
      ? hostedOf(app, databasePassword)
      : databaseEnvironment(database, hostFor(app, backend, database), databasePassword, app.runtime)),
    ...(redis === null || redis.leaving
      ? {}
      : redisEnvironment(redis, hostFor(app, backend, redis), redisPassword)),
  };
}

/** Where a backend reaches what runs on the primary. */
function hostFor(
  { runtime }: Pick<DesiredApp, 'runtime'>,
  backend: DesiredBackend,
  place: { serverId: string; listenAddress: string | null },
): string {
  const loopback = serverLoopback(runtime);
  return backend.serverId === place.serverId ? loopback : (place.listenAddress ?? loopback);
}

function hostedOf(app: DesiredApp, password: Secret | null): Record<string, string | Secret> {
  const hosted = app.databaseEngine === 'none' ? (app.hostedDatabase ?? null) : null;
  return hosted === null ? {} : hostedEnvironment(hosted, app, password);
}
