import * as z from 'zod';

const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/** LDH labels in lower case, the last not a number (so never an IPv4 address in any spelling). */
export function isDnsName(text: string): boolean {
  if (text.length > 253) return false;
  const labels = text.split('.');
  return labels.every((part) => label.test(part)) && !/^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '');
}

export function isIpv4(text: string): boolean {
  return z.ipv4().safeParse(text).success;
}

export function isIpv6(text: string): boolean {
  return z.ipv6().safeParse(text).success;
}

/** The eight groups of an IPv6 address in any spelling. */
function ipv6Groups(text: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const plain =
    dotted === null
      ? text
      : `${dotted[1]}${((Number(dotted[2]) << 8) | Number(dotted[3])).toString(16)}:${((Number(dotted[4]) << 8) | Number(dotted[5])).toString(16)}`;
  const [head = '', tail] = plain.split('::');
  const groups = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [left, right] = [groups(head), groups(tail ?? '')];
  return tail === undefined
    ? left
    : [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
}

/** RFC 5952: lower case, the longest run of zero groups shortened, no leading zeros. */
export function canonicalIpv6(text: string): string {
  const groups = ipv6Groups(text);
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start += 1) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.start === -1) return hex.join(':');
  return `${hex.slice(0, best.start).join(':')}::${hex.slice(best.start + best.length).join(':')}`;
}

/** Why nobody's server can be at this address, or undefined. Private networks are fine. */
export function unusableIp(text: string): string | undefined {
  if (isIpv4(text)) {
    const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
    if (a === 0) return 'This address means "any address"; give the address of one server.';
    if (a === 127) return 'This is a loopback address: it means the machine that Fairlead runs on.';
    if (a === 169 && b === 254) return 'This is a link-local address.';
    if (a >= 224 && a <= 239) return 'This is a multicast address.';
    if (a >= 240 || (a === 255 && b === 255 && c === 255 && d === 255)) return 'This address is reserved.';
    return undefined;
  }
  const groups = ipv6Groups(text);
  const [first = 0] = groups;
  if (groups.every((group) => group === 0))
    return 'This address means "any address"; give the address of one server.';
  if (groups.slice(0, 7).every((group) => group === 0))
    return 'This is a loopback address: it means the machine that Fairlead runs on.';
  if (groups.slice(0, 5).every((group) => group === 0)) return 'Write this as an IPv4 address.';
  if ((first & 0xffc0) === 0xfe80) return 'This is a link-local address.';
  if ((first & 0xff00) === 0xff00) return 'This is a multicast address.';
  return undefined;
}

const localNames = ['localhost', 'ip6-localhost', 'metadata.google.internal'];

/** Why this name or address can't be the address of a server or a repository, or undefined. */
export function unusableHost(text: string): string | undefined {
  if (isIpv4(text)) return unusableIp(text);
  if (isIpv6(text)) {
    if (canonicalIpv6(text) !== text) return `Write this address as ${canonicalIpv6(text)}.`;
    return unusableIp(text);
  }
  if (!isDnsName(text)) return 'Give an IP address (10.0.0.5, 2001:db8::5) or a host name in lower case.';
  if (localNames.includes(text) || text.endsWith('.localhost'))
    return 'This name means the machine that Fairlead runs on.';
  return undefined;
}

function refuse(check: (text: string) => string | undefined) {
  return (text: string, ctx: z.RefinementCtx) => {
    const message = check(text);
    if (message !== undefined) ctx.addIssue({ code: 'custom', message });
  };
}

/** Where SSH connects to: an IP address or a DNS name. */
export const hostSchema = z.string().min(1).max(253).superRefine(refuse(unusableHost));

/** A canonical IPv4 or IPv6 address of a machine. */
export const machineIpSchema = z
  .string()
  .min(1)
  .max(45)
  .superRefine(
    refuse((text) =>
      isIpv4(text) || isIpv6(text) ? unusableHost(text) : 'Give an IP address, e.g. 10.0.0.5.',
    ),
  );

/** A name that visitors use: at least two labels, lower case, punycode for others. */
export const domainSchema = z
  .string()
  .min(1)
  .max(253)
  .superRefine(
    refuse((text) =>
      isDnsName(text) && text.includes('.') && !unusableHost(text)
        ? undefined
        : 'Give a domain in lower case, e.g. shop.example.com; write international names in punycode (xn--…).',
    ),
  );

export const sshPortSchema = z.int().min(1).max(65_535);

const takenPorts = new Set([3306, 5432, 6379]);

/** Where each backend listens for the balancer: not a well-known port, not one of the local ports of Node.js apps (30000–39999). */
export const appPortSchema = z
  .int()
  .min(1024)
  .max(65_535)
  .refine((port) => !takenPorts.has(port), 'A database or cache uses this port.')
  .refine((port) => port < 30_000 || port > 39_999, 'Ports 30000–39999 are for the apps themselves.');
