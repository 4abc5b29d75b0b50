import type { Server } from '@fairlead/db';
import { type TakenPort, takenPorts } from '../backend/taken-ports.ts';
import { certificateColumns } from '../certificate/view.ts';
import type { Transaction } from '../events.ts';
import type { Fleet } from '../fleet.ts';
import type { GivenImport } from '../import/given-import.ts';
import { newId } from '../new-id.ts';
import type { BackendTlsGiven } from './backend-tls-change.ts';
import { givenFront } from './given-front.ts';
import { destinationOf } from './move-balancer.ts';
import { findRouteTo, type Neighbour, neighboursOf } from './neighbours.ts';
import { claimsFor } from './port-claims.ts';
import type { ProposalContext } from './propose.ts';
import type { Intent } from './schemas.ts';
import type { TlsGiven } from './tls-change.ts';

/** What `propose` needs to know for an intent beside the fleet. */
export async function readProposal(
  tx: Transaction,
  fleet: Fleet,
  intent: Intent,
  now: Date,
  foreign: GivenImport | null = null,
): Promise<ProposalContext> {
  return {
    candidates: await candidatesOf(tx, intent),
    given: await givenFront(tx, fleet, intent),
    foreign,
    neighbours: await neighboursFor(tx, fleet, intent),
    claims: await claimsFor(tx, fleet, intent),
    destination: await destinationOf(tx, fleet, intent),
    takenPorts: await takenPortsFor(tx, fleet, intent),
    tls: await tlsFor(tx, fleet, intent),
    backendTls: await backendTlsFor(tx, fleet, intent),
    now,
    newId,
  };
}

/** Apps that an intent may lead requests to. */
async function neighboursFor(tx: Transaction, fleet: Fleet, intent: Intent): Promise<Neighbour[]> {
  const isAsked =
    intent.action === 'restore' ||
    intent.action === 'adopt' ||
    (intent.action === 'change' && intent.http?.routes !== undefined);
  return isAsked ? neighboursOf(tx, fleet) : [];
}

/** Ports that the backend of an intent can't have; empty where it names none. */
async function takenPortsFor(tx: Transaction, fleet: Fleet, intent: Intent): Promise<TakenPort[]> {
  if (intent.action !== 'configure' || intent.port == null) return [];
  const backend = fleet.backends.find(({ id }) => id === intent.backendId);
  return backend === undefined ? [] : takenPorts(tx, fleet, backend.serverId);
}

/** What a change of the way to the backends goes by; null for every other intent. */
async function backendTlsFor(tx: Transaction, fleet: Fleet, intent: Intent): Promise<BackendTlsGiven | null> {
  if (intent.action !== 'change' || intent.backendTls === undefined) return null;
  const serverIds = [...new Set(fleet.backends.map(({ serverId }) => serverId))];
  const takenPortsOf = await Promise.all(serverIds.map((serverId) => takenPorts(tx, fleet, serverId)));
  return { takenPorts: takenPortsOf.flat(), route: await findRouteTo(tx, fleet.app) };
}

/** What a change of TLS goes by; null for every other intent. */
async function tlsFor(
  tx: Transaction,
  { app }: Fleet,
  intent: Intent,
): Promise<Omit<TlsGiven, 'now' | 'claims'> | null> {
  if (intent.action !== 'change' || intent.tls === undefined) return null;
  const certificates = await tx.certificate.findMany({
    where: { appId: app.id },
    select: certificateColumns,
    orderBy: { id: 'desc' },
  });
  const account = await tx.acmeAccount.findUnique({
    where: { organizationId: app.organizationId },
    select: { organizationId: true },
  });
  return { certificates, hasAcmeAccount: account !== null };
}

/** Servers that an intent names. */
async function candidatesOf(tx: Transaction, intent: Intent): Promise<Server[]> {
  const ids =
    intent.action === 'enable' ? intent.serverIds : intent.action === 'add' ? [intent.serverId] : [];
  return ids.length === 0 ? [] : tx.server.findMany({ where: { id: { in: ids } } });
}
