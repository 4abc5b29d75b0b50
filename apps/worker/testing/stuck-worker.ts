/** A worker of its own process that does the first step of an operation and never comes to the end of the second. For tests that kill it. */
import { Cipher, createDatabase } from '@fairlead/db';
import { createQueue } from '@fairlead/jobs';
import { AcmeTransport } from '@fairlead/remote/acme';
import type { WorkerContext } from '../src/context.ts';
import { Hosts } from '../src/hosts/hosts.ts';
import { Preparation } from '../src/hosts/preparation.ts';
import { createLog } from '../src/log.ts';
import { runOperation } from '../src/runtime/run-operation.ts';
import { everyHandler } from './worker-context.ts';

const [url = '', secretKey = '', operationId = '', serverId = ''] = process.argv.slice(2);
const { prisma } = createDatabase(url);
const cipher = new Cipher(secretKey);
const worker: WorkerContext = {
  workerId: `stuck-${process.pid}`,
  prisma,
  cipher,
  queue: createQueue({ driver: 'postgres', url }),
  clock: () => new Date(),
  log: createLog('silent'),
  hosts: new Hosts(prisma, cipher),
  networkLists: { read: async () => [] },
  acme: new AcmeTransport({ allowPrivateNetworks: false }),
  commits: { headOf: async () => '' },
  preparation: new Preparation(''),
};
const never = new AbortController().signal;
await runOperation(
  worker,
  everyHandler(async () => ({
    servers: [serverId],
    failed: async () => {},
    run: async (run) => {
      await run.step({ key: 'first', title: 'First' }, async () => {
        await prisma.server.update({
          where: { id: serverId },
          data: { hostVersion: run.fence(serverId).token },
        });
      });
      await run.step({ key: 'second', title: 'Second' }, async () => {
        process.stdout.write('stuck\n');
        await new Promise(() => {});
      });
    },
  })),
  operationId,
  { soft: never, hard: never },
);
