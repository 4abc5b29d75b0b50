import { BlockList, isIPv6 } from 'node:net';

/** Never what somebody's address may lead the control plane to: this host's and its provider's own services (metadata), and what is no single machine. */
const never = blockList([
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
  ['192.0.0.0', 24],
  ['224.0.0.0', 3],
  ['::', 128],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  ['fd00:ec2::', 32],
]);

/** Inside the control plane's own machine or network: reachable only where an installation says so. */
const privateNetworks = blockList([
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['198.18.0.0', 15],
  ['::1', 128],
  ['fc00::', 7],
]);

/** Whether the control plane may connect to an IP address that somebody else's name or address led to. IPv4 inside IPv6 (mapped, NAT64, 6to4) is judged as the IPv4 that it reaches. */
export function isAllowed(address: string, allowPrivateNetworks: boolean): boolean {
  const inner = embeddedIpv4(address);
  if (inner) return isAllowed(inner, allowPrivateNetworks);
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  if (never.check(address, family)) return false;
  return allowPrivateNetworks || !privateNetworks.check(address, family);
}

function embeddedIpv4(address: string): string | null {
  if (!isIPv6(address)) return null;
  const groups = ipv6Groups(address);
  const [high, low] =
    /^(0,){5}(65535|0),/.test(`${groups},`) || String(groups).startsWith('100,65435,0,0,0,0,')
      ? [groups[6], groups[7]]
      : groups[0] === 0x2002
        ? [groups[1], groups[2]]
        : [undefined, undefined];
  if (high === undefined || low === undefined || (high === 0 && low <= 1)) return null;
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The eight 16-bit groups of an IPv6 address in any of its spellings. */
function ipv6Groups(address: string): number[] {
  const [bare = ''] = address.split('%');
  const dotted = bare.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, a, b, c, d) =>
    [(Number(a) << 8) | Number(b), (Number(c) << 8) | Number(d)].map((group) => group.toString(16)).join(':'),
  );
  const [head = '', tail] = dotted.split('::');
  const parse = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const before = parse(head);
  const after = tail === undefined ? [] : parse(tail);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function blockList(ranges: [network: string, prefix: number][]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, isIPv6(network) ? 'ipv6' : 'ipv4');
  return list;
}
