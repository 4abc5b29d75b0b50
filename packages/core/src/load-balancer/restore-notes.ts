import type { FrontSpec } from '@fairlead/nginx';
import type { Fleet } from '../fleet.ts';
import { type LeftOut, leftOut, lineOf } from './as-front.ts';
import { httpOf } from './http-of.ts';
import type { PlanNote } from './plan-view.ts';
import { tlsOf } from './tls-of.ts';

/** In words: what of an earlier front does not come back with it. */
export function restoreNotes(before: Fleet, after: Fleet, front: FrontSpec): PlanNote[] {
  const { generation, names } = front;
  const name = (serverId: string) =>
    before.servers.find((server) => server.id === serverId)?.name ?? 'A server';
  const notes = leftOut(before, front).map((left): PlanNote => ({ level: 'warning', text: why(left, name) }));
  const switchedOff = after.backends.filter(
    (backend) =>
      backend.desired === 'disabled' &&
      lineOf(before, front, backend) === undefined &&
      before.backends.some(({ id, desired }) => id === backend.id && desired === 'enabled'),
  );
  for (const { serverId } of switchedOff) {
    const text = `${name(serverId)} had no place in generation ${generation}: it is disabled, and stays deployed.`;
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
    const text = `Generation ${generation} answered for ${names.join(', ')}. Domains are the app’s own setting and stay as they are now.`;
    notes.push({ level: 'info', text });
  }
  if ((front.tls !== undefined) !== (tlsOf(before.loadBalancer).mode !== 'off')) {
    const did = front.tls === undefined ? 'spoke no TLS' : 'spoke TLS';
    notes.push({ level: 'info', text: `Generation ${generation} ${did}. TLS stays as it is now.` });
  }
  return notes;
}

function why({ line, backend }: LeftOut, name: (serverId: string) => string): string {
  if (backend === null) {
    const at = line.address.includes(':') ? `[${line.address}]` : line.address;
    return `${at}:${line.port} is no backend of this app any more and is left out.`;
  }
  if (backend.desired === 'removed') return `${name(backend.serverId)} is being removed and is left out.`;
  return `${name(backend.serverId)} has not proved healthy yet and stays as it is.`;
}
