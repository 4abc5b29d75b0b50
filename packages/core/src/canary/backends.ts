import type { Backend } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { isProven } from '../desired.ts';
import type { Fleet } from '../fleet.ts';

const conflict = (message: string, hint: string) => new AppError('conflict', message, { hint });

/**
 * The backends that get a canary: those that are named, or one. Never the primary, whose release all who join are brought to, and never all who serve.
 * @throws AppError `conflict` where there are none
 */
export function canaryBackends(fleet: Fleet, named: readonly string[]): Backend[] {
  const { loadBalancer, backends } = fleet;
  if (!loadBalancer.enabled) {
    throw conflict(
      'A canary takes a load balancer with at least two backends: this app has the primary alone.',
      'Enable the load balancer, or deploy without a canary.',
    );
  }
  if (loadBalancer.successorServerId !== null || loadBalancer.formerServerId !== null) {
    throw conflict('The balancer is being moved.', 'Finish the move first.');
  }
  const nameOf = ({ serverId }: Backend) =>
    fleet.servers.find(({ id }) => id === serverId)?.name ?? 'this backend';
  const chosen =
    named.length === 0
      ? backends.filter((one) => refusal(one) === null).slice(0, 1)
      : named.map((id) => {
          const backend = backends.find((one) => one.id === id);
          if (backend === undefined) throw new AppError('not-found', 'There is no such backend.');
          const why = refusal(backend);
          if (why !== null)
            throw conflict(`${nameOf(backend)} can’t have the canary: ${why}.`, 'Choose another backend.');
          return backend;
        });
  if (chosen.length === 0) {
    throw conflict(
      'No backend beside the primary is enabled and serves.',
      'Add or enable one, or deploy without a canary.',
    );
  }
  const isLeft = (one: Backend) => !chosen.includes(one) && serves(one) && !one.backup;
  if (!backends.some(isLeft)) {
    throw conflict(
      'A canary leaves one enabled backend at least with the release that is served, and these are all.',
      'Name fewer backends, or enable another one.',
    );
  }
  return chosen;
}

function serves(backend: Backend): boolean {
  return isProven(backend) && backend.desired === 'enabled' && backend.heldBack === null;
}

/** In words, to stand after a colon. */
function refusal(backend: Backend): string | null {
  if (backend.role === 'primary') return 'it is the primary, whose release backends that join are brought to';
  if (backend.desired !== 'enabled') return 'it is not enabled';
  if (!isProven(backend)) return 'it does not serve yet';
  if (backend.heldBack === 'behind') return 'it has not got the release that is served';
  return backend.backup ? 'it stands by as a backup' : null;
}
