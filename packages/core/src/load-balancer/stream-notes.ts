import { isSameStreams, type StreamSettings } from '@fairlead/nginx';
import type { Fleet } from '../fleet.ts';
import { factsOf } from '../server/facts.ts';
import type { PlanNote } from './plan-view.ts';
import { streamsOf } from './streams-of.ts';

const info = (text: string): PlanNote => ({ level: 'info', text });
const warning = (text: string): PlanNote => ({ level: 'warning', text });

/** In words: what other TCP streams mean that a diff does not say. Of streams that stay, nothing. */
export function streamNotes(before: Fleet, after: Fleet): PlanNote[] {
  const [from, to] = [streamsOf(before.loadBalancer), streamsOf(after.loadBalancer)];
  if (isSameStreams(from, to)) return [];
  const balancer = after.servers.find(({ id }) => id === after.loadBalancer.balancerServerId);
  const name = balancer?.name ?? 'the balancer';
  const changed = to.filter((stream) => !from.some((known) => isSameStreams([known], [stream])));
  const ports = (streams: readonly StreamSettings[]) => [
    ...new Set(streams.map(({ listenPort }) => listenPort)),
  ];
  const opened = ports(to).filter((port) => !ports(from).includes(port));
  const closed = ports(from).filter((port) => !ports(to).includes(port));
  return [
    ...opened.map((port) => openedNote(port, name, to)),
    ...(opened.length > 0 && factsOf(balancer?.facts)?.firewall === 'ufw'
      ? [
          warning(
            `ufw is active on ${name}: it lets nobody in there until you run ${opened.map((port) => `\`ufw allow ${port}/tcp\``).join(' and ')}.`,
          ),
        ]
      : []),
    ...opened
      .filter((port) => port === 443)
      .map(() =>
        warning('While a stream listens on port 443, HTTPS of this balancer’s apps can’t end there.'),
      ),
    ...closed.map((port) =>
      warning(`${name} closes port ${port}. Connections that are open there have 30 s to end.`),
    ),
    ...changed.flatMap((stream) => protocolNotes(stream)),
    ...(changed.length > 0 ? [guardNote(changed, name)] : []),
    ...(from.length === 0
      ? [
          info(
            `Fairlead does not start the service: it has to listen on each backend, on the address that ${name} knows it by. A reload of ${name} ends sessions that last more than an hour after it.`,
          ),
        ]
      : []),
  ];
}

function openedNote(port: number, name: string, streams: readonly StreamSettings[]): PlanNote {
  const allowed = streams.find(({ listenPort }) => listenPort === port)?.allowFrom ?? [];
  return allowed.length === 0
    ? warning(`Everybody who reaches ${name} may connect to port ${port}.`)
    : info(`${allowed.join(', ')} may connect to port ${port} of ${name}; everybody else is turned away.`);
}

function guardNote(streams: readonly StreamSettings[], name: string): PlanNote {
  const ports = [...new Set(streams.map(({ backendPort }) => backendPort))].join(', ');
  return info(
    `Port ${ports} of each backend is closed to all but ${name}, whoever used it directly until now.`,
  );
}

function protocolNotes({ name, proxyProtocolOut, proxyProtocolFrom }: StreamSettings): PlanNote[] {
  return [
    ...(proxyProtocolOut
      ? [
          warning(
            `The service behind ${name} is sent a PROXY header first: one that does not expect it takes it for data.`,
          ),
        ]
      : []),
    ...(proxyProtocolFrom.length > 0
      ? [
          warning(
            `${name} turns clients away that send no PROXY header; that of ${proxyProtocolFrom.join(', ')} is believed.`,
          ),
        ]
      : []),
  ];
}
