import type { DatabaseEngine } from '../desired-database.ts';

/** The columns that decide who signs in to an app's database. */
export interface DatabaseAccount {
  databaseEngine: string;
  databaseUser: string | null;
  databaseTurn?: number;
  databaseTls?: boolean;
  databaseFormerPasswordCipher?: string | null;
  databaseFormerTls?: boolean;
}

export interface DatabaseLogin {
  name: string;
  /** Whoever comes by the network under this name has to encrypt. */
  tls: boolean;
}

/**
 * The name that goes with a password. MariaDB takes two passwords for one account. PostgreSQL has one for a role (CREATE ROLE, `PASSWORD`), so there each
 * new password is that of the other of two roles; what either makes belongs to the first. A name of an app never holds two underscores in a row.
 */
export function loginOf(engine: DatabaseEngine, user: string, turn: number): string {
  return engine === 'postgresql' && turn % 2 === 1 ? `${user}__b` : user;
}

/** Who may sign in now: the one that backends are told, and, while they go over to it, the one before. */
export function databaseLogins(app: DatabaseAccount, engine: DatabaseEngine, user: string): DatabaseLogin[] {
  const turn = app.databaseTurn ?? 0;
  const current = { name: loginOf(engine, user, turn), tls: app.databaseTls ?? false };
  if (app.databaseFormerPasswordCipher == null) return [current];
  return [current, { name: loginOf(engine, user, turn - 1), tls: app.databaseFormerTls ?? false }];
}
