import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  type Actor,
  type Context,
  type OperationView,
  sshPrivateKeyBinding,
  type UseCase,
} from '@fairlead/core';
import { Cipher } from '@fairlead/db';
import { createTestDatabase, type TestDatabase } from '@fairlead/db/testing';
import { createQueue } from '@fairlead/jobs';
import { createKeyPair } from '@fairlead/remote';
import type { Environment } from '../src/env.ts';
import { createLog } from '../src/log.ts';

/** Short waits are looked at often, long ones seldom: each look costs a core that other tests need. */
const firstPauseMs = 25;
const usualPauseMs = 250;
const pauseGrowth = 1.15;

/** The part of the control plane that asks: use-cases, a database and a queue, an owner. The worker is started by the test. */
export interface TestControlPlane {
  readonly ctx: Context;
  readonly actor: Actor;
  readonly database: TestDatabase;
  readonly env: Environment;
  /** One authorized_keys line. */
  readonly publicKey: string;
  /** Asks for something and waits until its operation has ended, however. */
  finish(useCase: UseCase<unknown, { operation: OperationView }>, input: unknown): Promise<OperationView>;
  /** {@link TestControlPlane.finish}, which has to end well. */
  succeed(useCase: UseCase<unknown, { operation: OperationView }>, input: unknown): Promise<OperationView>;
  /** Waits until an operation has ended. */
  ended(operationId: string, timeoutMs?: number): Promise<OperationView>;
  close(): Promise<void>;
}

/** The longest pause of {@link until} where a moment must not be missed. */
export const closelyMs = 25;

/** Asks until `look` answers something other than undefined or false. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  timeoutMs = 30_000,
  longestPauseMs = usualPauseMs,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * pauseGrowth, longestPauseMs)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

export async function startTestControlPlane(): Promise<TestControlPlane> {
  const database = await createTestDatabase();
  const secretKey = randomBytes(32).toString('base64');
  const cipher = new Cipher(secretKey);
  const queue = createQueue({ driver: 'postgres', url: database.url });
  const organizationId = 'org-1';
  const userId = 'user-1';
  const { prisma } = database;
  await prisma.organization.create({ data: { id: organizationId, name: 'Acme', slug: 'acme' } });
  await prisma.user.create({ data: { id: userId, name: 'Ada', email: 'ada@example.com' } });
  const pair = createKeyPair('fairlead');
  await prisma.sshKey.create({
    data: {
      organizationId,
      publicKey: pair.publicKey,
      fingerprint: pair.fingerprint,
      privateKeyCipher: cipher.encrypt(pair.privateKey, sshPrivateKeyBinding(organizationId)),
    },
  });
  const notAsked = () => Promise.reject(new Error('this test has no use for it'));
  const ctx: Context = {
    prisma,
    queue,
    cipher,
    clock: () => new Date(),
    repositories: { inspect: notAsked, readTree: notAsked, headOf: notAsked, hostKeyOf: notAsked },
    domains: { addresses: notAsked },
    networkLists: { read: notAsked },
    generateKeyPair: notAsked,
    accounts: { createUser: notAsked },
    log: createLog('silent'),
    allowPlainHttpRepositories: true,
  };
  const actor: Actor = { userId, name: 'Ada', organizationId, role: 'owner', scopes: ['read', 'write'] };
  const ended = (operationId: string, timeoutMs = 240_000) =>
    until(
      `the end of operation ${operationId}`,
      async () => {
        const operation = await prisma.operation.findUniqueOrThrow({ where: { id: operationId } });
        return ['succeeded', 'failed', 'cancelled'].includes(operation.status)
          ? (operation as unknown as OperationView)
          : undefined;
      },
      timeoutMs,
    );
  const finish: TestControlPlane['finish'] = async (useCase, input) =>
    ended((await useCase(ctx, actor, input)).operation.id);
  return {
    ctx,
    actor,
    database,
    publicKey: pair.publicKey,
    env: {
      DATABASE_URL: database.url,
      FAIRLEAD_SECRET_KEY: secretKey,
      FAIRLEAD_QUEUE: 'postgres',
      FAIRLEAD_ANSIBLE_DIR: join(import.meta.dirname, '../../../ansible'),
      FAIRLEAD_ALLOW_PRIVATE_REPOSITORIES: true,
      FAIRLEAD_ALLOW_PRIVATE_DIRECTORIES: true,
      LOG_LEVEL: 'warn',
      FAIRLEAD_WORKER_CONCURRENCY: 8,
      FAIRLEAD_SHUTDOWN_TIMEOUT_MS: 20_000,
    },
    ended,
    finish,
    async succeed(useCase, input) {
      const operation = await finish(useCase, input);
      if (operation.status === 'succeeded') return operation;
      const steps = await prisma.step.findMany({
        where: { operationId: operation.id, status: 'failed' },
        include: { logLines: { orderBy: { id: 'desc' }, take: 20 } },
      });
      const said = steps.map(
        (step) =>
          `${step.key}: ${step.logLines
            .map(({ text }) => text)
            .reverse()
            .join('\n')}`,
      );
      throw new Error(
        `${operation.title} ${operation.status}: ${JSON.stringify(operation.error)}\n${said.join('\n')}`,
      );
    },
    async close() {
      await queue.close();
      await database.close();
    },
  };
}
