import * as z from 'zod';
import { canonicalAddress } from './address.ts';

const MAPPED = /^::ffff:/i;

/** The numbers of an address, four or eight, and how many bits each has; null for what is none. */
function groupsOf(address: string): { groups: number[]; bits: 8 | 16 } | null {
  if (z.ipv4().safeParse(address).success) return { groups: address.split('.').map(Number), bits: 8 };
  if (!z.ipv6().safeParse(address).success || MAPPED.test(address)) return null;
  // Nothing of IPv4 is left in the canonical spelling, but for the forms that nobody uses any more.
  const canonical = canonicalAddress(address);
  if (canonical.includes('.')) return null;
  const [head = '', tail] = canonical.split('::');
  const numbers = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return { groups: numbers(head), bits: 16 };
  const [first, last] = [numbers(head), numbers(tail)];
  return { groups: [...first, ...Array(8 - first.length - last.length).fill(0), ...last], bits: 16 };
}

/**
 * The one spelling of a network: `10.1.2.3/8` → `10.0.0.0/8`, `10.0.0.1/32` → `10.0.0.1`. `all` is every address.
 * @returns null for what is no address and no network
 */
export function canonicalNetwork(text: string): string | null {
  if (text === 'all') return text;
  const [, address = '', length] = /^([0-9A-Fa-f:.]{2,45})(?:\/(0|[1-9][0-9]{0,2}))?$/.exec(text) ?? [];
  const parsed = groupsOf(address);
  if (parsed === null) return null;
  const { groups, bits } = parsed;
  const width = groups.length * bits;
  const kept = length === undefined ? width : Number(length);
  if (kept > width) return null;
  const masked = groups.map((group, index) => {
    const own = Math.min(bits, Math.max(0, kept - index * bits));
    return group & (((1 << own) - 1) << (bits - own));
  });
  const spelled =
    bits === 8 ? masked.join('.') : canonicalAddress(masked.map((group) => group.toString(16)).join(':'));
  return kept === width ? spelled : `${spelled}/${kept}`;
}

const ruleSchema = z.strictObject({
  action: z.enum(['allow', 'deny']),
  /** An address, a network such as `10.0.0.0/8`, or `all`; comes out in its one spelling. */
  source: z
    .string()
    .max(50)
    .overwrite((source) => canonicalNetwork(source) ?? source)
    .refine(
      (source) => canonicalNetwork(source) !== null,
      'Give an address, a network such as 203.0.113.0/24 or 2001:db8::/32, or all.',
    ),
});

/** Who may ask, in order: the first rule that fits counts, and whom none fits may. */
export const accessSchema = z
  .array(ruleSchema)
  .max(500, 'At most 500 rules.')
  .check((context) => {
    const sources = context.value.map(({ source }) => source);
    for (const [index, source] of sources.entries()) {
      const isUnreachable = index < sources.length - 1 && source === 'all';
      const isTwice = sources.indexOf(source) < index;
      if (!isUnreachable && !isTwice) continue;
      const message = isTwice
        ? 'An earlier rule says who this is.'
        : 'After a rule for all, no other counts.';
      context.issues.push({ code: 'custom', message, path: [index, 'source'], input: source });
    }
  });

const FROM_ONE = 'Give a whole number from 1 to 10,000.';
const FROM_NONE = 'Give a whole number from 0 to 100,000.';

/** How often one address may ask; who asks more often gets 429. null: as often as it likes. */
export const rateLimitSchema = z
  .strictObject({
    requests: z.int(FROM_ONE).min(1, FROM_ONE).max(10_000, FROM_ONE),
    per: z.enum(['second', 'minute']),
    /** How many may come at once on top of it. */
    burst: z.int(FROM_NONE).min(0, FROM_NONE).max(100_000, FROM_NONE).default(0),
  })
  .nullable();
