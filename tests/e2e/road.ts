import { connect, createServer, type NetConnectOpts, type Server } from 'node:net';

/** A server each of whose connections goes on as one to `target`. */
export function roadTo(target: NetConnectOpts): Server {
  return createServer((near) => {
    const far = connect(target);
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
  });
}
