import { request } from 'node:http';

/** Upgrades a connection to a WebSocket, says `ping` over it and resolves with what comes back. */
export function upgrade(port: number, host: string, path: string): Promise<string> {
  const headers = { Host: host, Connection: 'Upgrade', Upgrade: 'WebSocket' };
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path, headers, agent: false });
    call.on('upgrade', (_, socket) => {
      socket.on('data', (data) => {
        socket.destroy();
        resolve(data.toString());
      });
      socket.write('ping');
    });
    call.on('response', ({ statusCode }) => reject(new Error(`answered ${statusCode}`)));
    call.on('error', reject);
    call.end();
  });
}
