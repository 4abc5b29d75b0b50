import type { LoadBalancer } from '@fairlead/api/types';
import type { SelectOption } from '@fairlead/ui';

export type Stream = LoadBalancer['streams'][number];

export const streamMethods: SelectOption<Stream['method']>[] = [
  { value: 'round_robin', label: 'Round robin', detail: 'in turn, by weight' },
  { value: 'least_conn', label: 'Least connections', detail: 'where the fewest are open' },
  { value: 'hash', label: 'Client address', detail: 'a client stays with a backend' },
  { value: 'random', label: 'Random two', detail: 'of two by chance, the one with fewer' },
];

/** What of a stream is not as it is by itself, in words. */
export function describeStream(stream: Stream): string {
  const said = [
    streamMethods.find(({ value }) => value === stream.method)?.label ?? stream.method,
    stream.maxConns === 0 ? null : `at most ${stream.maxConns} to each backend`,
    stream.proxyProtocolFrom.length === 0 ? null : 'PROXY protocol in',
    stream.proxyProtocolOut ? 'PROXY protocol out' : null,
  ];
  return said.filter((word) => word !== null).join(' · ');
}

/** Who may connect, in words. */
export function describeAllowed({ allowFrom }: Stream): string {
  return allowFrom.length === 0 ? 'everybody' : allowFrom.join(', ');
}

/** Names and networks as they are typed, one below the other or beside each other. */
export function listed(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}
