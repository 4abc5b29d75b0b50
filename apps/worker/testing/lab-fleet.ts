import { checkServer, confirmHostKey, createServer, prepareServer } from '@fairlead/core';
import type { Server } from '@fairlead/db';
import { Lab, type Machine, type MachineSpec } from '@fairlead/lab';
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
  await plane.succeed(checkServer, { serverId });
  const { offeredFingerprint } = await read();
  await plane.succeed(confirmHostKey, { serverId, fingerprint: offeredFingerprint });
  return read();
}

/** {@link registerMachine}, and Ansible. */
export async function prepareFleet(
  plane: TestControlPlane,
  machines: readonly Machine[],
  needs: { runtimes: string[]; databases: string[] },
): Promise<Server[]> {
  return Promise.all(
    machines.map(async (machine, index) => {
      const { id: serverId } = await registerMachine(plane, machine);
      const databases = index === 0 ? needs.databases : [];
      await plane.succeed(prepareServer, { serverId, runtimes: needs.runtimes, databases });
      return plane.database.prisma.server.findUniqueOrThrow({ where: { id: serverId } });
    }),
  );
}
