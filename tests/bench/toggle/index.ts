import type { App, Backend, LoadBalancer, Server } from '@fairlead/api/types';
import { enableLoadBalancer } from '@fairlead/local';
import { Client } from 'pg';
import { type Access, authorizeAccess } from '../access.ts';
import { bootFleet, type Fleet } from '../fleet.ts';
import { type Bench, median, pairedRatio, round } from '../measure.ts';
import { type Floor, openFloor, toggleByAnsible } from './by-hand.ts';

const togglesPerRound = 8;

interface Scene {
  delayMs: number;
  app: App;
  backend: Backend;
  floor: Floor;
  access: Access;
}

/** A balancer that is reached through a relay, one more backend, and a person's own way to the balancer over the same relay. */
async function setScene(fleet: Fleet, prefix: string, delayMs: number): Promise<Scene> {
  const machine = fleet.lab.machine(`${prefix}-1`);
  const relay = await fleet.lab.relay({
    listen: { host: fleet.lab.gateway },
    target: { host: machine.address, port: 22 },
    delayMs,
  });
  const primary: Server = await fleet.join(`${prefix}-1`, { address: relay.host, port: relay.port });
  const second = await fleet.join(`${prefix}-2`);
  const app = await fleet.deploy(prefix, primary);
  const balancer: LoadBalancer = await enableLoadBalancer(fleet.api, app, [second], () => undefined);
  const backend = balancer.backends.find(({ role }) => role === 'replica');
  if (!backend) throw new Error('no replica');
  const access = await authorizeAccess(machine, relay);
  return { delayMs, app, backend, access, floor: await openFloor(machine, access) };
}

/** Milliseconds from the API's answer to the moment when the verified generation stands in the database. */
async function toggle(fleet: Fleet, database: Client, scene: Scene, enabled: boolean): Promise<number> {
  const accepted = await fleet.api.patch(`/apps/${scene.app.id}/backends/${scene.backend.id}`, {
    enabled,
    confirmLast: true,
  });
  const from = performance.now();
  const { generation } = accepted.operation;
  for (const until = from + 30_000; performance.now() < until; ) {
    const { rows } = await database.query<{ observedGeneration: number }>(
      'SELECT "observedGeneration" FROM load_balancer WHERE "appId" = $1',
      [scene.app.id],
    );
    if ((rows[0]?.observedGeneration ?? 0) >= (generation ?? Number.POSITIVE_INFINITY)) {
      const tookMs = performance.now() - from;
      await fleet.api.finished(accepted);
      return tookMs;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error('the generation was not verified within 30 s');
}

async function measure(
  fleet: Fleet,
  database: Client,
  scene: Scene,
  rounds: number,
  say: (text: string) => void,
) {
  const floors: number[] = [];
  const ours: number[] = [];
  const ansible: number[] = [];
  await scene.floor.toggle();
  await toggle(fleet, database, scene, false);
  await toggle(fleet, database, scene, true);
  for (let index = 0; index < rounds; index += 1) {
    const floorsNow: number[] = [];
    const oursNow: number[] = [];
    for (let turn = 0; turn < togglesPerRound; turn += 1) {
      floorsNow.push(await scene.floor.toggle());
      oursNow.push(await toggle(fleet, database, scene, turn % 2 === 1));
    }
    floors.push(median(floorsNow));
    ours.push(median(oursNow));
    ansible.push(await toggleByAnsible(scene.access, index + 1));
    say(
      `delay ${scene.delayMs} ms, round ${index + 1}/${rounds}: floor ${round(median(floorsNow))}, fairlead ${round(median(oursNow))}, ansible ${round(ansible.at(-1) ?? 0)} ms`,
    );
  }
  return {
    floorMs: round(median(floors)),
    fairleadMs: round(median(ours)),
    ansibleMs: round(median(ansible)),
    vsFloor: round(pairedRatio(ours, floors)),
    vsAnsible: round(pairedRatio(ansible, ours)),
  };
}

type Figures = Awaited<ReturnType<typeof measure>>;

/** Taking a backend out and in again: from the API's answer to the verified generation, beside the floor by hand and `ansible-playbook`. */
export const toggleBench: Bench = {
  name: 'toggle',
  says: 'toggle of a backend until its generation is verified, beside the floor by hand and ansible-playbook',
  async run({ rounds, say }) {
    const fleet = await bootFleet(['near-1', 'near-2', 'far-1', 'far-2'], say);
    const database = new Client({ connectionString: fleet.controlPlane.databaseUrl });
    try {
      await database.connect();
      const [near, far] = await Promise.all([setScene(fleet, 'near', 0), setScene(fleet, 'far', 20)]);
      const noDelay = await measure(fleet, database, near, rounds, say);
      const delay20ms = await measure(fleet, database, far, rounds, say);
      await Promise.all([near.floor.close(), far.floor.close()]);
      return { noDelay, delay20ms };
    } finally {
      await database.end();
      await fleet.down();
    }
  },
  judge(result) {
    const { noDelay, delay20ms } = result as { noDelay: Figures; delay20ms: Figures };
    return [
      { limit: 'at most 5 × the floor without delay', measured: noDelay.vsFloor, met: noDelay.vsFloor <= 5 },
      {
        limit: 'at most 2.5 × the floor at 20 ms',
        measured: delay20ms.vsFloor,
        met: delay20ms.vsFloor <= 2.5,
      },
      {
        limit: 'ansible-playbook takes at least 50 × as long',
        measured: delay20ms.vsAnsible,
        met: delay20ms.vsAnsible >= 50,
      },
    ];
  },
};
