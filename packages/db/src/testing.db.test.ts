import { expect, test } from 'vitest';
import { createTestDatabase } from './testing.ts';

test('clones a migrated database and keeps clones apart', async () => {
  const first = await createTestDatabase();
  const second = await createTestDatabase();
  await first.prisma.organization.create({ data: { id: 'o1', name: 'One', slug: 'one' } });
  expect(await first.prisma.organization.count()).toBe(1);
  expect(await second.prisma.organization.count()).toBe(0);
  await Promise.all([first.close(), second.close()]);
});
