import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { LabError } from './lab-error.ts';
import type { LabPlace } from './place.ts';

const socketPath = (lab: LabPlace): string => `${lab.directory}/control.sock`;

/**
 * Lets other processes have a machine switched on: machines are children of the process that holds the lab, as they
 * must end with it. Returns the way to close.
 */
export async function openControl(
  lab: LabPlace,
  powerOn: (machine: string) => Promise<void>,
): Promise<() => Promise<void>> {
  const server = createServer((incoming, outgoing) => {
    powerOn(decodeURIComponent((incoming.url ?? '/').slice(1))).then(
      () => outgoing.writeHead(204).end(),
      (error: unknown) => outgoing.writeHead(409).end(error instanceof Error ? error.message : String(error)),
    );
  });
  server.listen(socketPath(lab));
  await once(server, 'listening');
  server.unref();
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
}

/** Asks the lab's process to switch a machine on. Throws {@link LabError} with its answer when it does not. */
export async function requestPowerOn(lab: LabPlace, machine: string): Promise<void> {
  const call = request({
    socketPath: socketPath(lab),
    path: `/${encodeURIComponent(machine)}`,
    method: 'POST',
  }).end();
  const [response] = await once(call, 'response');
  let answer = '';
  for await (const chunk of response) answer += chunk;
  if (response.statusCode !== 204) throw new LabError(answer);
}
