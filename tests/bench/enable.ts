import type { OperationWithSteps } from '@fairlead/api/types';
import { enableLoadBalancer } from '@fairlead/local';
import { bootFleet } from './fleet.ts';
import { type Bench, median, round } from './measure.ts';

/** The longest time, in seconds, from the first to the last step of one added backend. */
function slowestBackend(operation: OperationWithSteps, primaryServerId: string): number {
  const spans = new Map<string, { from: number; to: number }>();
  for (const { serverId, startedAt, finishedAt } of operation.steps) {
    if (serverId === null || serverId === primaryServerId || startedAt === null || finishedAt === null)
      continue;
    const [from, to] = [Date.parse(startedAt), Date.parse(finishedAt)];
    const span = spans.get(serverId) ?? { from, to };
    spans.set(serverId, { from: Math.min(from, span.from), to: Math.max(to, span.to) });
  }
  return Math.max(...[...spans.values()].map(({ from, to }) => (to - from) / 1000));
}

/** Enabling over three prepared servers: the whole operation beside its slowest backend. */
export const enable: Bench = {
  name: 'enable',
  says: 'enabling a load balancer over three prepared servers, beside the slowest of them',
  async run({ rounds, say }) {
    const fleet = await bootFleet(['web-1', 'web-2', 'web-3', 'web-4'], say);
    try {
      const servers = await Promise.all(['web-1', 'web-2', 'web-3', 'web-4'].map((name) => fleet.join(name)));
      const [primary, ...added] = servers;
      if (!primary) throw new Error('no servers');
      const app = await fleet.deploy('notes', primary);
      const walls: number[] = [];
      const slowest: number[] = [];
      for (let index = 0; index < rounds; index += 1) {
        await enableLoadBalancer(fleet.api, app, added, () => undefined);
        const { items } = await fleet.api.get<{ items: OperationWithSteps[] }>(`/operations?appId=${app.id}`);
        const latest = items.find((item) => item.kind === 'load-balancer.enable');
        if (!latest) throw new Error('no operation');
        const operation = await fleet.api.get<OperationWithSteps>(`/operations/${latest.id}`);
        if (!operation.finishedAt) throw new Error('not finished');
        walls.push((Date.parse(operation.finishedAt) - Date.parse(operation.createdAt)) / 1000);
        slowest.push(slowestBackend(operation, primary.id));
        say(`round ${index + 1}/${rounds}: ${walls.at(-1)} s, slowest backend ${slowest.at(-1)} s`);
        await fleet.api.finished(await fleet.api.delete(`/apps/${app.id}/load-balancer`));
      }
      const ratio = median(walls.map((wall, index) => wall / (slowest[index] ?? Number.NaN)));
      return { wallS: round(median(walls)), slowestBackendS: round(median(slowest)), ratio: round(ratio) };
    } finally {
      await fleet.down();
    }
  },
  judge: ({ ratio }) => [
    {
      limit: 'whole operation ≤ 1.5 × its slowest backend',
      measured: Number(ratio),
      met: Number(ratio) <= 1.5,
    },
  ],
};
