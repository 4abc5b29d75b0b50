import { type DesiredState, isProven } from '../desired.ts';
import { desiredOf, type Fleet } from '../fleet.ts';
import { comparePlaces } from '../load-balancer/plan-build.ts';
import type { PlanFacts } from '../load-balancer/plan-notes.ts';
import type { PlanNote, PlanView, ServerPlan } from '../load-balancer/plan-view.ts';
import { isRotating } from './rotated.ts';

type Facts = Pick<PlanFacts, 'environmentKeys' | 'backendKeys' | 'liveCommit'>;

/** Before and after another password, compared: pure. Neither password is read for it. */
export function planRotation(before: Fleet, databaseTls: boolean, facts: Facts): PlanView {
  const after = rotatedFleet(before, databaseTls);
  const notes = [...notesOf(before, desiredOf(after)), ...tlsNotes(before, after)];
  return planTurn(before, after, ['DATABASE_URL', 'DB_PASSWORD'], notes, facts);
}

/**
 * What another account does to each server: it is told, and what is served starts again with it.
 * @param secrets variables that change and are never read
 */
export function planTurn(
  before: Fleet,
  after: Fleet,
  secrets: readonly string[],
  notes: PlanNote[],
  facts: Facts,
): PlanView {
  const [from, to] = [desiredOf(before), desiredOf(after)];
  const servers = after.servers.map((server): ServerPlan => {
    const backend = before.backends.find((b) => b.serverId === server.id && isProven(b));
    const { firewall, grants, environment } = comparePlaces(server.id, before, after, from, to, facts);
    const changed = secrets
      .filter((key) => !facts.environmentKeys.includes(key))
      .map((key) => ({ key, change: 'change' as const, value: null }));
    return {
      serverId: server.id,
      name: server.name,
      files: [],
      firewall,
      grants,
      environment: backend === undefined ? [] : [...environment, ...changed],
      deploys: backend === undefined ? null : facts.liveCommit,
      prepares: false,
      reload: backend !== undefined,
      restarts: [],
    };
  });
  return {
    generation: before.loadBalancer.generation,
    servers: servers.filter(({ deploys, grants }) => deploys !== null || grants.length > 0),
    notes,
  };
}

/** As it is once every backend has gone over. */
function rotatedFleet(fleet: Fleet, databaseTls: boolean): Fleet {
  const { app } = fleet;
  const databaseTurn = isRotating(app) ? app.databaseTurn : app.databaseTurn + 1;
  return { ...fleet, app: { ...app, databaseTurn, databaseTls, databaseFormerPasswordCipher: null } };
}

function tlsNotes({ app }: Fleet, after: Fleet): PlanNote[] {
  if (app.databaseTls === after.app.databaseTls) return [];
  if (!after.app.databaseTls) {
    return [{ level: 'warning', text: 'Connections by the network may go without encryption again.' }];
  }
  return [
    app.databaseEngine === 'postgresql'
      ? {
          level: 'info',
          text: 'Connections by the network have to be encrypted: PGSSLMODE, DB_SSLMODE and DATABASE_URL say so. A driver that heeds none of them is refused with the new account.',
        }
      : {
          level: 'warning',
          text: 'Connections by the network have to be encrypted. No variable makes every MariaDB driver do that: make sure that the app’s own code asks for TLS, as docs/databases.md shows for each, or its backends are refused.',
        },
  ];
}

/** What is said of every change of a password. */
export function turnNotes(isBegun: boolean, what: string): PlanNote[] {
  const texts = [
    isBegun
      ? 'Another password was made already and has not reached every backend: this goes on with it.'
      : `A new password is made. Both open ${what} until every backend has the new one; then the old one opens nothing.`,
    'The commit that is served is built and started again on each backend beside what serves, as a build may hold the password. Changes of the environment that wait for the next deployment go along.',
  ];
  return texts.map((text) => ({ level: 'info', text }));
}

function notesOf({ app }: Fleet, { database }: DesiredState): PlanNote[] {
  const info = (text: string): PlanNote => ({ level: 'info', text });
  const login = database?.logins[0]?.name;
  return [
    ...turnNotes(isRotating(app), 'the database'),
    ...(app.databaseEngine === 'postgresql'
      ? [
          info(
            `PostgreSQL has one password for a role: the app signs in as ${login} from then on. What it makes belongs to ${app.databaseUser} as before.`,
          ),
        ]
      : []),
  ];
}
