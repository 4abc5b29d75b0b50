import type { Backend } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { type HttpSettings, httpSettingsSchema, unusualHttp } from '@fairlead/nginx';
import { isCovered } from '../certificate/covers.ts';
import type { Fleet } from '../fleet.ts';
import { fieldErrors } from '../input.ts';
import { httpOf } from '../load-balancer/http-of.ts';
import { methodRefusal } from '../load-balancer/method-refusal.ts';
import type { Method } from '../load-balancer/methods.ts';
import { tlsOf } from '../load-balancer/tls-of.ts';
import type { GivenImport } from './given-import.ts';
import { type ImportEntry, importsOf } from './imports-of.ts';
import { type ForeignServer, matchServers } from './match.ts';

type Row = Fleet['loadBalancer'];

const mostDomains = 20;

const conflict = (message: string, hint?: string) =>
  new AppError('conflict', message, hint === undefined ? {} : { hint });

/**
 * The fleet with what an imported file says: names as domains, settings, and, while load balancing is on, the method and the shares of those servers that are
 * backends already. What the file does not say stays. Pure; the generation is the caller's.
 * @throws AppError `conflict` where the app can't take it over
 */
export function asImport(fleet: Fleet, given: GivenImport, now: Date): Fleet {
  const { app, loadBalancer } = fleet;
  if (app.status === 'new' || loadBalancer.observedGeneration === 0) {
    throw conflict('The app does not serve yet.', 'Deploy it first: its front takes the place of the file.');
  }
  if (loadBalancer.successorServerId !== null || loadBalancer.formerServerId !== null) {
    throw conflict('The balancer moves to another server.', 'Finish that first.');
  }
  const known = importsOf(loadBalancer).find(
    ({ serverId, path }) => serverId === loadBalancer.balancerServerId && path === given.path,
  );
  if (known !== undefined) {
    throw conflict(
      `${given.path} was imported before; what stands there now was put there since.`,
      'Give it another name on the server and read again, or take it away there.',
    );
  }
  const domains = [...new Set([...app.domains, ...given.settings.names])];
  if (domains.length > mostDomains) {
    throw conflict(
      `With those of the file the app would have ${domains.length} domains; ${mostDomains} are the most.`,
    );
  }
  checkTls(fleet, given);
  const http = mergedHttp(httpOf(loadBalancer), given);
  const shared = loadBalancer.enabled ? withShares(fleet, given) : fleet;
  const imports = [...importsOf(loadBalancer), entryOf(fleet, given, now)];
  return {
    ...shared,
    app: { ...app, domains },
    loadBalancer: {
      ...shared.loadBalancer,
      http: unusualHttp(http),
      imports: imports as unknown as Row['imports'],
    },
  };
}

/** Who comes by HTTPS now is to come by HTTPS after it. */
function checkTls({ app, loadBalancer }: Fleet, { path, settings }: GivenImport): void {
  if (!settings.tls) return;
  const { certificate } = loadBalancer;
  const covered = certificate?.names ?? [];
  const names = settings.names.length > 0 ? settings.names : app.domains;
  const missing = names.filter((name) => !isCovered(covered, name));
  if (tlsOf(loadBalancer).mode !== 'off' && certificate != null && missing.length === 0) return;
  const what = missing.length === 0 ? 'its names' : missing.join(', ');
  throw conflict(
    `${path} serves by TLS, and the app has no certificate for ${what} in use.`,
    'Upload the certificate on the TLS tab, or order one there, and import then: visitors by HTTPS would be turned away.',
  );
}

/** The settings with those that the file states in place of what was; lists keep entries that the file does not name. */
function mergedHttp(known: HttpSettings, { settings }: GivenImport): HttpSettings {
  const { http } = settings;
  const beside = <T>(list: readonly T[], own: readonly T[], key: (item: T) => string) => [
    ...list.filter((item) => !own.some((other) => key(other) === key(item))),
    ...own,
  ];
  const result = httpSettingsSchema.safeParse({
    ...known,
    ...(http.maxBodyBytes === undefined ? {} : { maxBodyBytes: http.maxBodyBytes }),
    ...(http.buffering === undefined ? {} : { buffering: http.buffering }),
    ...(http.rateLimit === undefined ? {} : { rateLimit: http.rateLimit }),
    timeouts: { ...known.timeouts, ...http.timeouts },
    gzip: { ...known.gzip, ...http.gzip },
    requestHeaders: beside(known.requestHeaders, http.requestHeaders, ({ name }) => name.toLowerCase()),
    responseHeaders: beside(known.responseHeaders, http.responseHeaders, ({ name }) => name.toLowerCase()),
    redirects: beside(known.redirects, http.redirects, ({ match, from }) => `${match} ${from}`),
    access: http.access.length === 0 ? known.access : http.access,
    snippet: withStatements(known.snippet, settings.snippet),
  });
  if (result.success) return result.data;
  const [first] = fieldErrors(result.error.issues);
  throw conflict(
    `Beside the settings that the app has, the file’s can’t stand: ${first?.path} ${first?.message}`,
    'Change that setting of the app on the HTTP tab, or the file, and read it again.',
  );
}

/** Statements that stand there already, as of an earlier import, stand there once. */
function withStatements(known: string, statements: readonly string[]): string {
  const added = statements.filter((text) => !`\n${known}\n`.includes(`\n${text}\n`));
  return [known, ...added].filter((part) => part !== '').join('\n');
}

function withShares(fleet: Fleet, { settings, servers }: GivenImport): Fleet {
  const lines = new Map(
    matchServers(fleet, settings.servers, servers).flatMap(({ line, backend }) =>
      backend === null ? [] : [[backend.id, line] as const],
    ),
  );
  // Without a backend of the app in it, the upstream says nothing of how those share.
  if (lines.size === 0) return fleet;
  const after: Fleet = {
    ...fleet,
    backends: fleet.backends.map((backend) => asLine(backend, lines.get(backend.id))),
    loadBalancer: {
      ...fleet.loadBalancer,
      method: settings.method,
      hashKey: settings.hashKey ?? fleet.loadBalancer.hashKey,
      stickyCookie: settings.stickyCookie ?? fleet.loadBalancer.stickyCookie,
    },
  };
  const refusal = methodRefusal(after, settings.method as Method);
  if (refusal !== null) throw conflict(refusal, 'Change that on the load balancer’s tab first.');
  return after;
}

/** `down` disables; its absence enables nobody whom somebody disabled here. */
function asLine(backend: Backend, line: ForeignServer | undefined): Backend {
  if (line === undefined) return backend;
  const { weight, maxFails, failTimeoutSeconds, maxConns, backup, down } = line;
  const desired = down && backend.desired === 'enabled' ? 'disabled' : backend.desired;
  return { ...backend, weight, maxFails, failTimeoutSeconds, maxConns, backup, desired };
}

function entryOf(
  { app, loadBalancer, backends }: Fleet,
  { path, sha256 }: GivenImport,
  now: Date,
): ImportEntry {
  const { balancerServerId, http, method, hashKey, stickyCookie, generation } = loadBalancer;
  return {
    serverId: balancerServerId,
    path,
    sha256,
    importedAt: now.toISOString(),
    generation: generation + 1,
    before: {
      domains: app.domains,
      http,
      method,
      hashKey,
      stickyCookie,
      backends: backends.map(({ id, desired, weight, maxFails, failTimeoutSeconds, maxConns, backup }) => ({
        id,
        desired,
        weight,
        maxFails,
        failTimeoutSeconds,
        maxConns,
        backup,
      })),
    },
  };
}
