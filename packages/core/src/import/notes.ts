import type { Fleet } from '../fleet.ts';
import { methodNames } from '../load-balancer/methods.ts';
import type { PlanNote } from '../load-balancer/plan-view.ts';
import { tlsOf } from '../load-balancer/tls-of.ts';
import type { GivenImport } from './given-import.ts';
import { type Match, matchServers } from './match.ts';

const info = (text: string): PlanNote => ({ level: 'info', text });
const warning = (text: string): PlanNote => ({ level: 'warning', text });

/** In words: what becomes of the file, of the servers that it names, and of what no setting stands for. */
export function importNotes(before: Fleet, after: Fleet, given: GivenImport): PlanNote[] {
  const { path, settings, servers } = given;
  const balancer = before.servers.find(({ id }) => id === before.loadBalancer.balancerServerId);
  const added = after.app.domains.filter((name) => !before.app.domains.includes(name));
  return [
    info(
      `${path} goes out of service on ${balancer?.name ?? 'the balancer'} in the same reload in which the front takes its place. It is kept in /etc/nginx/fairlead/replaced/${before.app.slug}/, and is put back when the app is removed or its balancer has moved.`,
    ),
    info('The processes that the file led to are not Fairlead’s: they run on, without these visitors.'),
    ...(added.length === 0 ? [] : [info(`New domains of the app: ${added.join(', ')}.`)]),
    ...wayNotes(before, given),
    ...shareNotes(before, given, matchServers(before, settings.servers, servers)),
    ...listed('Kept in the snippet', settings.snippet),
    ...listed('Fairlead does so by itself', settings.covered),
    ...settings.lost.map(({ text, why }) => warning(`Not kept: ${brief(text)} ${why}`)),
  ];
}

/** Many statements in one note: they are all on the page that the plan was asked from, and the snippet is in the diff. */
function listed(what: string, statements: readonly string[]): PlanNote[] {
  return statements.length === 0 ? [] : [info(`${what}: ${statements.map(brief).join(' ')}`)];
}

function wayNotes({ loadBalancer }: Fleet, { settings }: GivenImport): PlanNote[] {
  const { mode, forceHttps } = tlsOf(loadBalancer);
  if (mode === 'off' || !forceHttps || settings.tls) return [];
  return [
    warning(
      'The file serves without TLS. The app forces HTTPS, so visitors of the file’s names are sent there.',
    ),
  ];
}

/** Whom the upstream names, and what is next for those that are no backends. */
function shareNotes({ loadBalancer }: Fleet, { settings }: GivenImport, matches: Match[]): PlanNote[] {
  const notes = [...backendNotes(matches, loadBalancer.enabled), ...matches.flatMap(otherNotes)];
  if (loadBalancer.enabled) {
    if (matches.some(({ backend }) => backend !== null)) return notes;
    return [
      ...notes,
      warning('The upstream names no backend of the app: how requests are shared out stays as it is.'),
    ];
  }
  const { method } = settings;
  const isUsual = method === 'round_robin' && settings.servers.length < 2;
  if (isUsual) return notes;
  const text = `Load balancing is off, so the primary alone serves. To share requests out as the file does (${methodNames[method]}), enable it with these servers first and import then, or set it afterwards.`;
  return [...notes, warning(text)];
}

function addressOf({ line }: Match): string {
  return `${line.host.includes(':') ? `[${line.host}]` : line.host}:${line.port}`;
}

function backendNotes(matches: readonly Match[], enabled: boolean): PlanNote[] {
  const own = matches.filter(({ backend }) => backend !== null);
  if (own.length === 0) return [];
  const names = own.map(
    (match) =>
      `${addressOf(match)} is ${match.server?.name}${enabled && match.line.down ? ' (disabled, as the file has it)' : ''}`,
  );
  return [info(`${names.join(', ')}: visitors are led to the app that Fairlead runs there.`)];
}

function otherNotes(match: Match): PlanNote[] {
  const { server, backend } = match;
  if (backend !== null) return [];
  const at = addressOf(match);
  const what =
    server === null
      ? `${at} is no registered server: it gets no more requests. Add it under Servers, prepare it, and add it to this app.`
      : `${at} is ${server.name}, which does not run this app by Fairlead: it gets no more requests. Add it to this app’s load balancer.`;
  return [warning(what)];
}

function brief(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= 160 ? line : `${line.slice(0, 159)}…`;
}
