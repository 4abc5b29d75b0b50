import { connect, createServer, type Socket } from 'node:net';

/** A road to a loopback port on which everything, ends and resets too, takes some milliseconds each way. */
export async function buildSlowRoad(
  to: number,
  oneWayMs: number,
): Promise<{ port: number; stop(): Promise<void> }> {
  const later = (action: () => void) => setTimeout(action, oneWayMs);
  const lead = (from: Socket, onto: Socket) => {
    from.on('data', (chunk) => later(() => onto.writable && onto.write(chunk)));
    from.on('end', () => later(() => onto.end()));
    from.on('error', () => later(() => onto.resetAndDestroy()));
    from.on('close', () => later(() => onto.destroy()));
  };
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = connect({ host: '127.0.0.1', port: to, allowHalfOpen: true, noDelay: true });
    open.add(near.on('close', () => open.delete(near)));
    lead(near, far);
    lead(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: (server.address() as { port: number }).port, stop };
}
