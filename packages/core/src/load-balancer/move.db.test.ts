import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as core from '../index.ts';
import { finishOperations, seedBalancedApp, seedServer } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
let owner: core.Actor;
/** What the DNS answers. */
const answers = new Map<string, string[]>();
beforeAll(async () => {
  world = await createWorld();
  owner = world.ours.owner;
  world.ctx.domains = {
    addresses: async (name) => ({ addresses: answers.get(name) ?? [], fault: null }),
  };
});
afterAll(() => world.close());

const refusal = (work: Promise<unknown>): Promise<{ code?: string; message?: string } | null> =>
  work.then(
    () => null,
    (error: unknown) => error as { code: string; message: string },
  );

async function seedMove() {
  const seeded = await seedBalancedApp(world, owner);
  const appId = seeded.app.id;
  const next = await seedServer(world, owner);
  const name = `${seeded.app.slug}.example.com`;
  await world.ctx.prisma.app.update({ where: { id: appId }, data: { domains: [name] } });
  const move = (serverId: string) => core.moveLoadBalancer(world.ctx, owner, { appId, serverId });
  const finish = (more: object = {}) => core.finishMove(world.ctx, owner, { appId, ...more });
  const read = () => core.readLoadBalancer(world.ctx, owner, { appId });
  /** What the worker records once the successor serves. */
  const served = async () => {
    const { generation } = await read();
    await world.ctx.prisma.loadBalancer.update({
      where: { appId },
      data: { observedGeneration: generation, successorGeneration: generation },
    });
    await finishOperations(world, appId);
  };
  return { ...seeded, appId, next, name, move, finish, read, served };
}

describe('moving the balancer', () => {
  it('shows in its plan that the new server serves too and every backend lets it in', async () => {
    const { appId, next, primary, replicas } = await seedMove();
    const plan = await core.planLoadBalancer(world.ctx, owner, { appId, action: 'move', serverId: next.id });
    const of = (id: string | undefined) => plan.servers.find(({ serverId }) => serverId === id);
    expect(of(next.id)?.files.map(({ path, before }) => [path, before])).toEqual([
      [expect.stringContaining('.front.conf'), null],
    ]);
    for (const id of [primary.id, replicas[0]?.serverId]) {
      expect(of(id)?.firewall).toContainEqual(
        expect.objectContaining({ change: 'add', source: next.privateAddress ?? next.ipAddress }),
      );
      expect(of(id)?.firewall.filter(({ change }) => change === 'remove')).toEqual([]);
    }
  });

  it('lets both serve, and leads visitors over only once the DNS and the new server are seen to be ready', async () => {
    const { next, primary, name, move, finish, read, served } = await seedMove();
    const { operation } = await move(next.id);
    expect((await move(next.id)).operation.id).toBe(operation.id);
    expect((await read()).move).toMatchObject({ successor: { id: next.id, observedGeneration: null } });

    answers.set(name, [next.ipAddress ?? '']);
    expect(await refusal(finish())).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/not been seen serving/),
    });
    await served();
    answers.set(name, [primary.ipAddress ?? '']);
    expect(await refusal(finish())).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/DNS does not lead/),
    });
    answers.set(name, [primary.ipAddress ?? '', next.ipAddress ?? '']);
    expect(await refusal(finish())).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/DNS does not lead/),
    });
    answers.set(name, [next.ipAddress ?? '']);
    await finish();
    const after = await read();
    expect(after.balancerServer.id).toBe(next.id);
    expect(after.move).toEqual({ successor: null, former: expect.objectContaining({ id: primary.id }) });
    await finishOperations(world, after.appId);
    // Until it is out of service, no other move begins.
    expect(await refusal(move(primary.id))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/out of service/),
    });
    await finish({ abandon: true });
    expect((await read()).move).toBeNull();
  });

  it('can be given up, and does not lead to a third server meanwhile', async () => {
    const { next, primary, replicas, move, read, served } = await seedMove();
    await move(next.id);
    await served();
    const third = replicas[0]?.serverId ?? '';
    expect(await refusal(move(third))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/already/),
    });
    await move(primary.id);
    expect((await read()).move).toEqual({
      successor: null,
      former: expect.objectContaining({ id: next.id }),
    });
  });

  it('finishes all the same where somebody confirms it', async () => {
    const { next, name, move, finish, read, served } = await seedMove();
    answers.delete(name);
    await move(next.id);
    await served();
    expect(await refusal(finish())).not.toBeNull();
    await finish({ confirm: true });
    expect((await read()).balancerServer.id).toBe(next.id);
  });

  it('is refused where the backends could not be reached, the server is not ready or it is the balancer', async () => {
    const { appId, next, primary, move } = await seedMove();
    const { prisma } = world.ctx;
    expect(await refusal(move(primary.id))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/is the balancer already/),
    });
    await prisma.server.update({ where: { id: next.id }, data: { status: 'unreachable' } });
    expect(await refusal(move(next.id))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/is not ready/),
    });
    const six = { ipAddress: '2001:db8::6', privateAddress: '2001:db8:1::6' };
    await prisma.server.update({ where: { id: next.id }, data: { status: 'ready', ...six } });
    expect(await refusal(move(next.id))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/by none of that kind/),
    });
    await prisma.server.update({ where: { id: next.id }, data: { privateAddress: null } });
    const backends = await prisma.backend.findMany({ where: { appId }, include: { server: true } });
    for (const { id, server } of backends) {
      const privateAddress = `10.77.0.${backends.findIndex((row) => row.id === id) + 1}`;
      await prisma.server.update({ where: { id: server.id }, data: { privateAddress } });
      await prisma.backend.update({ where: { id }, data: { address: privateAddress } });
    }
    expect(await refusal(move(next.id))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/private addresses/),
    });
  });

  it('keeps apps together of which one leads requests to the other', async () => {
    const one = await seedMove();
    const other = await seedBalancedApp(world, owner);
    const { prisma } = world.ctx;
    await prisma.loadBalancer.update({
      where: { appId: other.app.id },
      data: {
        balancerServerId: one.primary.id,
        http: { routes: [{ prefix: '/api/', app: one.app.slug }] },
      },
    });
    expect(await refusal(one.move(one.next.id))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/leads \/api\//),
    });
    await prisma.loadBalancer.update({ where: { appId: other.app.id }, data: { http: {} } });
    await prisma.loadBalancer.update({
      where: { appId: one.appId },
      data: { http: { routes: [{ prefix: '/api/', app: other.app.slug }] } },
    });
    expect(await refusal(one.move(one.next.id))).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/route \/api\//),
    });
  });

  it('keeps the server that it leads to from being removed or readdressed', async () => {
    const { next, move } = await seedMove();
    await move(next.id);
    const remove = core.removeServer(world.ctx, owner, { serverId: next.id });
    expect(await refusal(remove)).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/still used by/),
    });
    const update = core.updateServer(world.ctx, owner, { serverId: next.id, address: '198.51.100.77' });
    expect(await refusal(update)).toMatchObject({ code: 'conflict' });
  });
});
