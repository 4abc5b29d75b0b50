import { checkServer, confirmHostKey, createServer } from '@fairlead/core';
import type { Server } from '@fairlead/db';
import { Lab, type Machine, type MachineSpec } from '@fairlead/lab';
import { setUp } from '../../../ansible/tests/set-up.ts';
import type { TestControlPlane } from './control-plane.ts';

/** Boots stocked machines of these names, with Debian 12 unless told otherwise; files that run side by side have slots of their own. */
export function bootLab(
  slot: number,
  names: readonly string[],
  more: Omit<MachineSpec, 'name'> = {},
): Promise<Lab> {
  const machines = names.map((name) => ({ name, image: 'stocked' as const, ...more }));
  return Lab.up({ name: `worker-${slot}`, slot, machines });
}

/** Does with a machine what a person does: authorise the key, add the server, check, confirm the fingerprint. */
export async function registerMachine(
  plane: TestControlPlane,
  machine: Machine,
  way: { address?: string; port?: number; jumpServerId?: string } = {},
  isSetUp = false,
): Promise<Server> {
  const { ctx, actor, database } = plane;
  await machine.authorize(plane.publicKey);
  const { id: serverId } = await createServer(ctx, actor, {
    name: machine.name,
    address: machine.address,
    user: 'admin',
    ...way,
  });
  const read = () => database.prisma.server.findUniqueOrThrow({ where: { id: serverId } });
  // From now on a check asks the host program, which makes the server ready.
  if (isSetUp)
    await database.prisma.server.update({ where: { id: serverId }, data: { preparedAt: new Date() } });
  await plane.succeed(checkServer, { serverId });
  const { offeredFingerprint } = await read();
  await plane.succeed(confirmHostKey, { serverId, fingerprint: offeredFingerprint });
  return read();
}

/** Stocked machines made ready, past Ansible, and registered; the databases are the first one's. */
export async function prepareFleet(
  plane: TestControlPlane,
  machines: readonly Machine[],
  databases: readonly string[] = [],
): Promise<Server[]> {
  return Promise.all(
    machines.map(async (machine, index) => {
      await setUp(machine, plane.publicKey, index === 0 ? databases : []);
      return registerMachine(plane, machine, {}, true);
    }),
  );
}
