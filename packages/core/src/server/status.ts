import { lifecycle } from '../lifecycle.ts';

/**
 * A server from its first address to ready for backends. Every check begins with `checking`; `new` comes back when the address changes (another machine)
 * or when a first check is cancelled.
 */
export const serverStatus = lifecycle('server', {
  new: ['checking'],
  checking: ['unconfirmed', 'reachable', 'ready', 'unreachable', 'host_key_changed', 'failed', 'new'],
  unconfirmed: ['checking', 'new'],
  reachable: ['checking', 'preparing', 'unreachable', 'host_key_changed', 'new'],
  preparing: ['ready', 'failed', 'unreachable', 'host_key_changed', 'reachable'],
  ready: ['checking', 'preparing', 'unreachable', 'host_key_changed', 'failed', 'new'],
  unreachable: ['checking', 'ready', 'reachable', 'preparing', 'new'],
  host_key_changed: ['checking', 'new'],
  failed: ['checking', 'preparing', 'new'],
});
export type ServerStatus = (typeof serverStatus.statuses)[number];

/** A backend can be put on it: it was entered by a pinned key. What it lacks, the operation prepares. */
export function isUsable(status: string): boolean {
  return status === 'ready' || status === 'reachable';
}
