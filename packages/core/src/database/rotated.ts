import type { App } from '@fairlead/db';
import { AppError, type Secret } from '@fairlead/errors';
import type { DatabaseEngine } from '../desired-database.ts';
import type { StoredFacts } from '../server/facts.ts';
import { refuseCopies } from './copies.ts';
import { loginOf } from './logins.ts';

export type HasDatabase = App & {
  databaseEngine: 'postgresql' | 'mariadb';
  databaseUser: string;
  databasePasswordCipher: string;
};

/**
 * Refuses an app whose password can't be replaced without harm.
 * @param own the app's own variables, decrypted
 * @throws AppError `conflict`
 */
export function requireRotatable(
  app: App,
  password: Secret | null,
  own: Readonly<Record<string, Secret>>,
): asserts app is HasDatabase {
  if (app.removing) throw new AppError('conflict', 'This app is being removed.');
  if (app.databaseEngine === 'none' || app.databaseUser === null || password === null) {
    throw new AppError(
      'conflict',
      'This app has no database of Fairlead’s, so there is no password to replace.',
    );
  }
  if (app.status === 'new') {
    throw new AppError('conflict', 'The app does not serve yet.', { hint: 'Deploy it first.' });
  }
  const login = loginOf(app.databaseEngine as 'postgresql', app.databaseUser, app.databaseTurn);
  const account = { password, login, keys: ['DB_USER', 'DB_USERNAME'] };
  refuseCopies(own, account, 'DB_USER, DB_PASSWORD and DATABASE_URL');
}

/**
 * Whether connections are encrypted after the change.
 * @param facts of the primary
 * @throws AppError `conflict` where it is asked for and the engine has no certificate, or another change is under way
 */
export function wantedTls(app: App, tls: boolean | undefined, facts: StoredFacts | null): boolean {
  if (tls === undefined || tls === app.databaseTls) return app.databaseTls;
  if (isRotating(app)) {
    throw new AppError('conflict', 'Another change of the account is under way.', {
      hint: 'Finish it first.',
    });
  }
  const engine = app.databaseEngine as DatabaseEngine;
  if (tls && facts?.[engine]?.tls !== true) {
    throw new AppError(
      'conflict',
      'The database is not known to have a certificate, so it could not encrypt.',
      {
        hint: 'MariaDB has one by itself from 11.4 on (Debian 13), PostgreSQL as Debian installs it. After a change of its settings, run the check of its server.',
      },
    );
  }
  return tls;
}

/** Whether a change of the password was begun and has not reached every backend yet. */
export function isRotating(app: Pick<App, 'databaseFormerPasswordCipher'>): boolean {
  return app.databaseFormerPasswordCipher !== null;
}
