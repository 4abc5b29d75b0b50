import { doorOf, servedWay } from '../backend/ways.ts';
import type { Fleet } from '../fleet.ts';
import { type LeftOut, leftOut, lineOf } from './as-front.ts';
import type { GivenFront } from './given-front.ts';
import { httpOf } from './http-of.ts';
import type { PlanNote } from './plan-view.ts';
import { tlsOf } from './tls-of.ts';

/** In words: what of an earlier or edited front is not taken over with it. */
export function restoreNotes(before: Fleet, after: Fleet, given: GivenFront): PlanNote[] {
  const { spec: front, from } = given;
  const { names } = front;
  const name = (serverId: string) =>
    before.servers.find((server) => server.id === serverId)?.name ?? 'A server';
  const notes = leftOut(before, front).map((left): PlanNote => ({ level: 'warning', text: why(left, name) }));
  const switchedOff = after.backends.filter(
    (backend) =>
      backend.desired === 'disabled' &&
      lineOf(front, backend) === undefined &&
      before.backends.some(({ id, desired }) => id === backend.id && desired === 'enabled'),
  );
  for (const { serverId } of switchedOff) {
    const text = `${name(serverId)} has no place there: it is disabled, and stays deployed.`;
    notes.push({ level: 'info', text });
  }
  for (const backend of before.backends) {
    const port = lineOf(front, backend)?.port;
    const now = doorOf(before.app, before.loadBalancer, backend).port;
    if (port === undefined || port === now) continue;
    const text = `${name(backend.serverId)} was asked at port ${port} then, and stays at ${now}.`;
    notes.push({ level: 'info', text });
  }
  const kept = httpOf(after.loadBalancer).routes;
  for (const { prefix, app } of front.http.routes) {
    if (kept.some((route) => route.prefix === prefix)) continue;
    const text = `${prefix} led to ${app}, which does not serve from this balancer any more: it is left out.`;
    notes.push({ level: 'warning', text });
  }
  const { domains } = before.app;
  if (domains.length > 0 && domains.toSorted().join() !== names.toSorted().join()) {
    const text = `${from} answers for ${names.join(', ')}. Domains are the app’s own setting and stay as they are now.`;
    notes.push({ level: 'info', text });
  }
  if ((front.backendTls !== undefined) !== (servedWay(before.loadBalancer) === 'tls')) {
    const did = front.backendTls === undefined ? 'by plain HTTP' : 'by TLS';
    notes.push({
      level: 'info',
      text: `${from} asks the backends ${did}. The way to them stays as it is now.`,
    });
  }
  if ((front.tls !== undefined) !== (tlsOf(before.loadBalancer).mode !== 'off')) {
    const did = front.tls === undefined ? 'speaks no TLS' : 'speaks TLS';
    notes.push({ level: 'info', text: `${from} ${did}. TLS stays as it is now.` });
  }
  return [...notes, ...adoptionNotes(given)];
}

/** What becomes of lines that no setting stands for. */
function adoptionNotes({ adopted }: GivenFront): PlanNote[] {
  if (adopted === null) return [];
  const { intoSnippet, lost, returns } = adopted;
  return [
    ...intoSnippet.map((text): PlanNote => ({ level: 'info', text: `Kept in the snippet: ${brief(text)}` })),
    ...lost.map(({ text, why }): PlanNote => ({ level: 'warning', text: `Not kept: ${brief(text)} ${why}` })),
    ...returns.map((text): PlanNote => ({ level: 'warning', text: `Written again: ${brief(text)}` })),
  ];
}

function brief(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= 160 ? line : `${line.slice(0, 159)}…`;
}

function why({ line, backend }: LeftOut, name: (serverId: string) => string): string {
  if (backend === null) {
    const at = line.address.includes(':') ? `[${line.address}]` : line.address;
    return `${at}:${line.port} is no backend of this app any more and is left out.`;
  }
  if (backend.desired === 'removed') return `${name(backend.serverId)} is being removed and is left out.`;
  return `${name(backend.serverId)} has not proved healthy yet and stays as it is.`;
}
