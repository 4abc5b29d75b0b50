import {
  announce,
  enqueue,
  fairlead,
  inspectCertificate,
  nextLoadBalancerStatus,
  orderFailed,
  orderSucceeded,
  readAcmeAccountSecret,
  startOperation,
  storeCertificate,
  tlsOf,
} from '@fairlead/core';
import { AppError } from '@fairlead/errors';
import { AcmeClient, type HttpChallenge, requestCertificate } from '@fairlead/remote/acme';
import { balancerOf, type Fleet, requireFleet } from '../fleet.ts';
import type { Handler, Run } from '../runtime/run.ts';

/**
 * Orders a certificate for all names of an app, proved by HTTP-01 through its balancer; an operation of its own then shows it. Holds no server: files
 * of challenges are in nobody's way, and a directory may take its time.
 */
export const orderCertificate: Handler = async (worker, operation) => {
  const fleet = await requireFleet(worker, operation.appId);
  return {
    servers: [],
    run: (run) => order(run, fleet),
    failed: (_, error) => orderFailed(worker.prisma, fleet.app, error, worker.clock()),
  };
};

async function order(run: Run, fleet: Fleet): Promise<void> {
  const { app, loadBalancer } = fleet;
  const names = app.domains;
  if (tlsOf(loadBalancer).mode !== 'acme') {
    throw new AppError('conflict', 'The certificate of this app does not renew itself any more.');
  }
  if (names.length === 0) throw new AppError('conflict', 'The app has no domain to order a certificate for.');
  const client = await run.step({ key: 'account', title: 'Sign in to the certificate authority' }, (step) =>
    signIn(run, app.organizationId, step.outcome),
  );
  const { opened, challenges } = await run.step(
    { key: 'order', title: 'Order the certificate' },
    async (step) => {
      const opened = await client.order(names);
      const challenges = await client.challenges(opened);
      step.outcome(
        challenges.length === 0
          ? 'All names were proved a while ago.'
          : `To be proved: ${challenges.map(({ name }) => name).join(', ')}.`,
      );
      return { opened, challenges };
    },
  );
  for (const challenge of challenges) {
    const name = { key: `challenge:${challenge.name}`, title: `Prove ${challenge.name}` };
    await run.step(name, ({ signal }) => prove(run, fleet, client, challenge, signal));
  }
  await run.step({ key: 'certificate', title: 'Collect the certificate' }, async (step) => {
    const { request, key } = requestCertificate(names);
    run.hide([key]);
    const certificate = await client.collect(opened, request, step.signal);
    const inspected = inspectCertificate({ certificate, key, names, now: run.worker.clock() });
    await show(run, fleet, inspected);
    step.outcome(`Good until ${inspected.facts.notAfter.toISOString().slice(0, 10)}; it is shown next.`);
  });
}

async function signIn(
  run: Run,
  organizationId: string,
  outcome: (text: string) => void,
): Promise<AcmeClient> {
  const { acme, prisma } = run.worker;
  const account = await readAcmeAccountSecret(run.worker, organizationId);
  const client = new AcmeClient(acme, account);
  const { host } = new URL(account.directoryUrl);
  if (account.accountUrl !== null) {
    outcome(`${host} knows us.`);
    return client;
  }
  const accountUrl = await client.register(account.email);
  await prisma.acmeAccount.updateMany({
    where: { organizationId, directoryUrl: account.directoryUrl },
    data: { accountUrl },
  });
  outcome(`Registered with ${host}.`);
  return client;
}

/** What the directory asks to find is there while it looks, and gone afterwards. */
async function prove(
  run: Run,
  fleet: Fleet,
  client: AcmeClient,
  challenge: HttpChallenge,
  signal: AbortSignal,
): Promise<void> {
  const host = await run.worker.hosts.client(balancerOf(fleet));
  const { token, content } = challenge;
  await host.call('acme.challenge', { token, content });
  try {
    await client.prove(challenge, signal);
  } finally {
    await host
      .call('acme.challenge', { token, content: null })
      .catch((error: unknown) =>
        run.worker.log.warn({ error, token }, 'a challenge is left behind for a day'),
      );
  }
}

/** Keeps the certificate, makes it the one that is desired, and starts the operation that brings it to the balancer; all or nothing. */
async function show(
  run: Run,
  { app, loadBalancer }: Fleet,
  inspected: ReturnType<typeof inspectCertificate>,
): Promise<void> {
  const { worker } = run;
  const { organizationId, id: appId } = app;
  const now = worker.clock();
  const operationId = await worker.prisma.$transaction(async (tx) => {
    const of = { organizationId, appId, source: 'acme' as const, now };
    const { id: certificateId } = await storeCertificate(tx, worker.cipher, of, inspected);
    await orderSucceeded(tx, appId, inspected.facts, now);
    const row = await tx.loadBalancer.findUniqueOrThrow({ where: { id: loadBalancer.id } });
    if (tlsOf(row).mode !== 'acme') return null;
    const { generation } = await tx.loadBalancer.update({
      where: { id: row.id },
      data: {
        certificateId,
        generation: { increment: 1 },
        status: nextLoadBalancerStatus(row, 'load-balancer.change'),
      },
    });
    await announce(tx, organizationId, 'load-balancer', appId);
    return startOperation(tx, fairlead(organizationId), {
      kind: 'load-balancer.change',
      title: `Show the new certificate of ${app.name}`,
      subject: { type: 'app', id: appId, name: app.name },
      appId,
      generation,
      input: { appId, tls: { mode: 'acme' } },
    });
  });
  if (operationId !== null) await enqueue(worker, operationId);
}
