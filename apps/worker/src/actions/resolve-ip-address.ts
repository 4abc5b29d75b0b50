import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Server } from '@fairlead/db';
import type { WorkerContext } from '../context.ts';

/**
 * The IP address by which other machines know a server: its own, or what its name resolves to here. Behind a jump host only an IP address can be known; a
 * name then keeps what was known before.
 */
export async function resolveIpAddress(
  worker: WorkerContext,
  server: Server,
): Promise<{ ipAddress?: string; lastSeenAt: Date }> {
  const lastSeenAt = worker.clock();
  if (isIP(server.address) !== 0) return { ipAddress: server.address, lastSeenAt };
  if (server.jumpServerId !== null) return { lastSeenAt };
  const { address } = await lookup(server.address);
  return { ipAddress: address, lastSeenAt };
}
