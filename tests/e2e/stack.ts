/** The world of the end-to-end test: three real machines, a Git server, and Fairlead as it ships. Ends, with everything, on SIGTERM. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Lab } from '@fairlead/lab';
import { createProgress, startControlPlane } from '@fairlead/local';
import { artefacts, type Stack, stackFile, stackPort, stackSocket } from './place.ts';
import { roadTo } from './road.ts';

const progress = createProgress();
rmSync(artefacts, { recursive: true, force: true });
mkdirSync(artefacts, { recursive: true });
const dataDir = mkdtempSync('/var/tmp/fairlead-e2e-');

const lab = await Lab.up({
  name: 'e2e',
  slot: 5,
  machines: [
    { name: 'web-1', image: 'stocked' },
    { name: 'web-2', image: 'stocked' },
    { name: 'web-3', image: 'stocked', release: 13 },
  ],
  onProgress: ({ message, machine }) => progress.say(`${machine ?? 'lab'}: ${message}`),
});
const git = await lab.gitServer({ repos: ['node-notes'] });

const consoleServer = createServer(async (request, response) => {
  const name = decodeURIComponent((request.url ?? '/').slice(1));
  try {
    const result = await lab.machine(name).run(await text(request));
    response.end(result);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
await new Promise<void>((resolve) => consoleServer.listen(0, '127.0.0.1', resolve));
const address = consoleServer.address();
if (typeof address !== 'object' || !address) throw new Error('no console');

const controlPlane = await startControlPlane({ dataDir, port: stackPort, disposable: true, progress });
rmSync(stackSocket, { force: true });
const road = roadTo({ port: stackPort, host: '127.0.0.1' }).listen(stackSocket);

const stack: Stack = {
  setupToken: controlPlane.setupToken,
  repositoryUrl: git.repo('node-notes').url,
  consoleUrl: `http://127.0.0.1:${address.port}`,
  machines: lab.machines.map((machine) => ({ name: machine.name, address: machine.address })),
};
writeFileSync(stackFile, JSON.stringify(stack, null, 2));
progress.say(`ready at ${controlPlane.url}`);

let ending = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (ending) return;
    ending = true;
    void (async () => {
      await controlPlane.stop();
      consoleServer.close();
      road.close();
      await lab.down();
      rmSync(dataDir, { recursive: true, force: true });
      process.exit(0);
    })();
  });
}
