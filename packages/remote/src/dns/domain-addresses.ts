import { Resolver } from 'node:dns/promises';

/** What the DNS says of a name: its addresses (IPv4 first), or why there is none. */
export type DomainAddresses =
  | { addresses: string[]; fault: null }
  | { addresses: []; fault: 'not-found' | 'no-address' | 'unanswered' };

const asked = { timeout: 2_000, tries: 2 };
/** Name exists, but not with a record of this kind. */
const NO_RECORD = 'ENODATA';
const NO_NAME = 'ENOTFOUND';

/** Asks the DNS itself, as visitors do: what this machine's own /etc/hosts says of a name is nobody else's truth. */
export async function domainAddresses(
  name: string,
  servers: readonly string[] = [],
): Promise<DomainAddresses> {
  const resolver = new Resolver(asked);
  if (servers.length > 0) resolver.setServers(servers);
  const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (addresses.length > 0) return { addresses, fault: null };
  const codes = answers.map((answer) => (answer.status === 'rejected' ? codeOf(answer.reason) : NO_RECORD));
  if (codes.includes(NO_NAME)) return { addresses: [], fault: 'not-found' };
  return {
    addresses: [],
    fault: codes.every((code) => code === NO_RECORD) ? 'no-address' : 'unanswered',
  };
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code);
}
