import * as z from 'zod';
import { canonicalNetwork } from './access-settings.ts';
import { isUnicastAddress } from './address.ts';

/** Fewer bits than these make no list of one proxy's machines, but nearly everybody. The widest that a large CDN names are /12 and /24. */
const SHORTEST_PREFIX = { ipv4: 8, ipv6: 16 };

/** Fields that hold something else than an address, or an address in a form that Nginx does not read. */
const NO_ADDRESS: Readonly<Record<string, string>> = {
  forwarded: 'Nginx does not read addresses from Forwarded; use X-Forwarded-For.',
  ...Object.fromEntries(
    [
      'accept',
      'authorization',
      'connection',
      'content-length',
      'cookie',
      'host',
      'referer',
      'te',
      'transfer-encoding',
      'upgrade',
      'user-agent',
      'x-forwarded-host',
      'x-forwarded-port',
      'x-forwarded-proto',
    ].map((name) => [name, 'This field holds no address.']),
  ),
};

/** Why an address or network can't be one of a proxy's, in words; null where it can. */
export function proxyNetworkRefusal(text: string): string | null {
  const network = canonicalNetwork(text);
  if (network === null || network === 'all') {
    return 'Give an address, or a network such as 203.0.113.0/24 or 2001:db8::/32.';
  }
  const [address = '', length] = network.split('/');
  const shortest = SHORTEST_PREFIX[address.includes(':') ? 'ipv6' : 'ipv4'];
  if (length !== undefined && Number(length) < shortest) {
    return `So wide a network would let nearly anybody say who they are: give the proxy’s own, /${shortest} or longer.`;
  }
  return isUnicastAddress(address) ? null : 'No proxy connects from there.';
}

/** Whether `text` is an address of a list that may be fetched: https, a public name, nothing secret in it; what it leads to is for whoever fetches it. */
function isListUrl(text: string): boolean {
  if (!/^https:\/\/[!#-&(-;=?-[\]_a-z~]+$/i.test(text) || !URL.canParse(text)) return false;
  const { username, password, port, hostname, hash } = new URL(text);
  const isName = /^(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*$/.test(hostname) && !hostname.endsWith('.localhost');
  return username === '' && password === '' && port === '' && hash === '' && isName;
}

/** Where a provider publishes the networks of its proxies as plain text. */
export const networkListUrlSchema = z
  .string()
  .max(500, 'An address has 500 characters at most.')
  .overwrite((text) => (isListUrl(text) ? new URL(text).href : text))
  .refine(
    isListUrl,
    'Give an https address by name, without user, port and fragment, e.g. https://www.example.com/ips.txt.',
  );

/** Networks of one proxy, each once, in one order and one spelling, so that a list in another order changes nothing. */
export const proxyNetworksSchema = z
  .array(
    z
      .string()
      .max(50)
      .overwrite((text) => canonicalNetwork(text) ?? text)
      .check((context) => {
        const message = proxyNetworkRefusal(context.value);
        if (message !== null) context.issues.push({ code: 'custom', message, input: context.value });
      }),
  )
  .min(1, 'Give at least one address or network of the proxy.')
  .max(500, 'At most 500 networks.')
  .overwrite((networks) => [...new Set(networks)].sort());

/** A CDN or another proxy before this balancer, whose word about the visitor is taken; null: visitors connect by themselves. */
export const trustedProxySchema = z
  .strictObject({
    /** Where it connects from. */
    networks: proxyNetworksSchema,
    /** The field of the request in which it says who the visitor is. */
    field: z
      .string()
      .regex(
        /^[A-Za-z](?:[A-Za-z0-9-]{0,44}[A-Za-z0-9])?$/,
        'Use up to 46 letters, digits and hyphens, beginning with a letter.',
      )
      .check((context) => {
        const message = NO_ADDRESS[context.value.toLowerCase()];
        if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
      })
      .default('X-Forwarded-For'),
    /** Refuse with 403 whoever does not come through it. */
    only: z.boolean().default(false),
    /** Where `networks` are looked up once a day; null: they stay as they are. */
    listUrl: networkListUrlSchema.nullable().default(null),
  })
  .nullable();
export type TrustedProxy = NonNullable<z.infer<typeof trustedProxySchema>>;
