/**
 * The one spelling of an IP address that the package works with: IPv6 as RFC 5952 writes it, IPv4 mapped into IPv6 as plain IPv4.
 * Without it, one address in two spellings would make two `allow` entries or two upstream servers.
 */
const MAPPED_IPV4 = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** `2001:DB8:0::1` → `2001:db8::1`; `::ffff:10.0.0.1` → `10.0.0.1`; IPv4 is returned as it is. */
export function canonicalAddress(address: string): string {
  if (!address.includes(':') || !URL.canParse(`http://[${address}]`)) return address;
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const mapped = MAPPED_IPV4.exec(canonical);
  if (!mapped) return canonical;
  const bits = [mapped[1], mapped[2]].map((group) => Number.parseInt(group as string, 16));
  return bits.flatMap((group) => [group >> 8, group & 0xff]).join('.');
}

const LINK_LOCAL_OR_MULTICAST = /^(?:ff[0-9a-f]{2}|fe[89ab][0-9a-f]):/;
/** `::` and `::a.b.c.d`: unspecified, or a form given up by RFC 4291, which Nginx spells its own way. */
const IPV4_COMPATIBLE = /^::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})?)?$/;

/**
 * Whether an address can be one machine's own, in its {@link canonicalAddress} spelling: not unspecified, multicast, broadcast, link-local IPv6 (which
 * needs an interface), or IPv4 written into an otherwise empty IPv6.
 */
export function isUnicastAddress(address: string): boolean {
  if (address.includes(':')) {
    return address === '::1' || !(LINK_LOCAL_OR_MULTICAST.test(address) || IPV4_COMPATIBLE.test(address));
  }
  const first = Number(address.split('.')[0]);
  return first > 0 && first < 224;
}

/** Whether an address means the machine itself: `127.0.0.0/8` or `::1`. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/** An address as `listen`, `server` and a URL take it: IPv6 in brackets. */
export function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** `address:port` as `listen` and `server` take it. */
export function socketAddress(address: string, port: number): string {
  return `${bracketed(address)}:${port}`;
}

/** The inverse of {@link socketAddress}; null when the text is no address with a port. */
export function parseSocketAddress(text: string): { address: string; port: number } | null {
  const match = /^(?:\[([0-9a-f:]+)\]|([0-9.]+)):([1-9][0-9]{0,4})$/.exec(text);
  const address = match?.[1] ?? match?.[2];
  return match && address ? { address, port: Number(match[3]) } : null;
}
