import { hasStream, hasStreamServerNames, portDisagreement, type StreamSettings } from '@fairlead/nginx';
import type { Fleet } from '../fleet.ts';
import { invalidInput } from '../input.ts';
import { factsOf } from '../server/facts.ts';
import { capabilitiesOfServer } from './plan-files.ts';
import { ownClaims, type PortClaim } from './port-claims.ts';

/** Why the balancer can have no TCP streams now, in words with what to do; null where it can. */
export function streamsRefusal({ servers, loadBalancer }: Fleet): string | null {
  const balancer = servers.find(({ id }) => id === loadBalancer.balancerServerId);
  const facts = factsOf(balancer?.facts);
  const name = balancer?.name ?? 'The balancer';
  if (facts?.nginx == null) return null;
  if (!hasStream(capabilitiesOfServer(balancer))) {
    return `Nginx on ${name} has no module for TCP streams. Prepare the server again: that installs libnginx-mod-stream.`;
  }
  if (facts.nginx.readsStreams !== true) {
    return `Nginx on ${name} does not read TCP streams yet. Prepare the server again; where its Nginx has a stream block of its own, see docs/layer-4.md.`;
  }
  return null;
}

/**
 * The fleet with these streams in place of those it has.
 * @param claims of other apps on the balancer's ports
 * @throws AppError `invalid-input` below `streams` for a port that somebody else has, with who, and for what the balancer can't do
 */
export function withStreams(fleet: Fleet, streams: StreamSettings[], claims: readonly PortClaim[]): Fleet {
  const after = { ...fleet, loadBalancer: { ...fleet.loadBalancer, streams } };
  const refusal = streams.length === 0 ? null : streamsRefusal(fleet);
  const errors =
    refusal === null
      ? streams.flatMap((stream, index) => {
          const found = portRefusal(after, stream, claims) ?? backendPortRefusal(after, stream);
          return found === null ? [] : [{ path: `streams.${index}.${found.field}`, message: found.message }];
        })
      : [{ path: 'streams', message: refusal }];
  if (errors.length > 0) throw invalidInput(errors);
  return after;
}

interface Refusal {
  field: keyof StreamSettings;
  message: string;
}

function portRefusal(fleet: Fleet, stream: StreamSettings, claims: readonly PortClaim[]): Refusal | null {
  const taken = [...ownClaims(fleet), ...claims].filter(({ port }) => port === stream.listenPort);
  for (const claim of taken) {
    const refusal =
      claim.stream === null ? notShared(claim) : sharingRefusal(fleet, stream, claim, claim.stream);
    if (refusal !== null) return refusal;
  }
  return null;
}

function notShared({ port, owner }: PortClaim): Refusal {
  return { field: 'listenPort', message: `Port ${port} is taken by ${owner}. Choose another one.` };
}

/** Apps share a port by names, where the balancer's Nginx can. */
function sharingRefusal(
  fleet: Fleet,
  stream: StreamSettings,
  claim: PortClaim,
  other: StreamSettings,
): Refusal | null {
  if (stream.serverNames.length === 0 || other.serverNames.length === 0) return notShared(claim);
  const balancer = fleet.servers.find(({ id }) => id === fleet.loadBalancer.balancerServerId);
  const capabilities = capabilitiesOfServer(balancer);
  if (!hasStreamServerNames(capabilities)) {
    const version = capabilities.version.join('.');
    const message = `Port ${claim.port} is taken by ${claim.owner}. Apps share a port by names from Nginx 1.25.5 on; ${balancer?.name ?? 'the balancer'} has ${version}. Choose another port.`;
    return { field: 'listenPort', message };
  }
  const name = stream.serverNames.find((name) => other.serverNames.includes(name));
  if (name !== undefined) {
    return { field: 'serverNames', message: `${name} is taken by ${claim.owner} on this port.` };
  }
  const field = portDisagreement(stream, other);
  if (field === null) return null;
  return { field, message: `Must be as ${claim.owner} has it: it counts for the whole port ${claim.port}.` };
}

/** A guarded port is closed to all but the balancer: SSH's would lock everybody out. */
function backendPortRefusal(fleet: Fleet, { backendPort }: StreamSettings): Refusal | null {
  const serverIds = new Set(fleet.backends.map(({ serverId }) => serverId));
  const server = fleet.servers.find(({ id, port }) => serverIds.has(id) && port === backendPort);
  if (server === undefined && backendPort !== 22) return null;
  const whose = server === undefined ? 'SSH' : `SSH on ${server.name}`;
  return {
    field: 'backendPort',
    message: `Port ${backendPort} is ${whose}’s, which is never led to or guarded.`,
  };
}
