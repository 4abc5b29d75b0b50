import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane, until } from '../../testing/control-plane.ts';
import { workerContext } from '../../testing/worker-context.ts';
import { runAsSoleHolder } from './sole-holder.ts';

let plane: TestControlPlane;
beforeEach(async () => {
  plane = await startTestControlPlane();
});
afterEach(() => plane.close());

function competitor(name: string, running: Set<string>) {
  return runAsSoleHolder(
    workerContext(plane, name),
    'poller',
    () => {
      running.add(name);
      return {
        stop: async () => {
          running.delete(name);
        },
      };
    },
    20,
  );
}

test('one of several runs; when it stops another takes over', async () => {
  const running = new Set<string>();
  const all = new Map(['a', 'b', 'c'].map((name) => [name, competitor(name, running)]));
  await until('one running', async () => running.size > 0);
  for (let left = all.size; left > 0; left -= 1) {
    await until('exactly one running', async () => running.size === 1);
    const [name = ''] = running;
    await all.get(name)?.stop();
    expect(running.has(name)).toBe(false);
    all.delete(name);
  }
  expect(running.size).toBe(0);
});

test('one that lost its lease stops', async () => {
  const running = new Set<string>();
  const sole = competitor('a', running);
  await until('running', async () => running.has('a'));
  await plane.database.prisma.lease.update({
    where: { resource: 'poller' },
    data: { holder: 'thief', fencingToken: { increment: 1 }, expiresAt: new Date(Date.now() + 60_000) },
  });
  await until('stopped', async () => !running.has('a'));
  await sole.stop();
});
