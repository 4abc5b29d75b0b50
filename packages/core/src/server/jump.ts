import type { Transaction } from '../events.ts';
import { invalidInput, missingReference } from '../input.ts';

const longestChain = 4;

/** A jump server is another one of the organization, and the chain through it ends. */
export async function checkJump(
  tx: Transaction,
  serverId: string | null,
  jumpServerId: string | null,
): Promise<void> {
  const refuse = (message: string) => invalidInput([{ path: 'jumpServerId', message }]);
  let next = jumpServerId;
  for (let hops = 0; next !== null; hops += 1) {
    if (next === serverId) throw refuse('A server can not be reached through itself.');
    if (hops >= longestChain) throw refuse(`The way there has more than ${longestChain} jumps.`);
    const server: { jumpServerId: string | null } | null = await tx.server.findUnique({
      where: { id: next },
      select: { jumpServerId: true },
    });
    if (server === null) throw missingReference('jumpServerId', 'server');
    next = server.jumpServerId;
  }
}
