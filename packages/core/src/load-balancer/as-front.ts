import type { Backend } from '@fairlead/db';
import type { FrontSpec, UpstreamServer } from '@fairlead/nginx';
import { isProven } from '../desired.ts';
import type { Fleet } from '../fleet.ts';
import { backendColumns, balancerColumns } from './front-rows.ts';

/**
 * The fleet balanced as an earlier front says: its method, and each backend up or down as it stood there. Who stands in it and can't be brought back
 * stays as it is ({@link leftOut}); who did not stand in it is disabled, not removed. Pure; the generation is the caller's.
 */
export function asFront(fleet: Fleet, front: FrontSpec): Fleet {
  return {
    ...fleet,
    loadBalancer: { ...fleet.loadBalancer, ...balancerColumns(front) },
    backends: fleet.backends.map((backend) => asLine(backend, lineOf(front, backend))),
  };
}

/** A `server` line that can't be brought back, with the backend that it means where there is one still. */
export interface LeftOut {
  line: UpstreamServer;
  backend: Backend | null;
}

/** Lines of an earlier front that {@link asFront} leaves out: of backends that are gone, are going, or have not proved healthy yet. */
export function leftOut(fleet: Fleet, front: FrontSpec): LeftOut[] {
  return linesOf(front).flatMap((line) => {
    const backend = fleet.backends.find((candidate) => isLineOf(line, candidate)) ?? null;
    return backend !== null && canTakeLine(backend) ? [] : [{ line, backend }];
  });
}

function asLine(backend: Backend, line: UpstreamServer | undefined): Backend {
  if (backend.desired === 'removed' || (line !== undefined && !canTakeLine(backend))) return backend;
  const columns = line === undefined ? { desired: 'disabled' } : backendColumns(line);
  const isSame = Object.entries(columns).every(([key, value]) => backend[key as keyof Backend] === value);
  return isSame ? backend : { ...backend, ...columns };
}

/** The `server` line that means this backend, if there is one. */
export function lineOf(front: FrontSpec, backend: Backend): UpstreamServer | undefined {
  return linesOf(front).find((line) => isLineOf(line, backend));
}

/** A canary is over once another front is asked for: its backends are backends like the others. */
function linesOf({ servers, canary }: FrontSpec): UpstreamServer[] {
  return [...servers, ...(canary?.servers ?? [])];
}

/** By its address: an app has one backend on a server, and its port may have changed since. */
function isLineOf(line: UpstreamServer, backend: Backend): boolean {
  return line.address === backend.address;
}

function canTakeLine(backend: Backend): boolean {
  return backend.desired !== 'removed' && isProven(backend);
}
