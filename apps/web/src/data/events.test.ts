import { QueryClient } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import { staleKeys } from './events.ts';
import { resources } from './resources.ts';

/** Which of these reads an event makes stale, as the cache decides it. */
function staleAfter(t: string, id: string, reads: Record<string, { key: readonly string[] }>): string[] {
  const client = new QueryClient();
  for (const { key } of Object.values(reads)) client.setQueryData(key, {});
  for (const queryKey of staleKeys({ t, id })) void client.invalidateQueries({ queryKey });
  const isStale = (key: readonly string[]) => client.getQueryState(key)?.isInvalidated;
  return Object.keys(reads).filter((name) => isStale(reads[name]?.key ?? []));
}

const reads = {
  overview: resources.overview,
  server: resources.server('s1'),
  app: resources.app('a1'),
  loadBalancer: resources.loadBalancer('a1'),
  health: resources.health('a1', 24),
  operations: resources.operations({ status: 'failed' }),
  operation: resources.operation('o1'),
  otherOperation: resources.operation('o2'),
  tokens: resources.tokens,
};

test('an operation makes itself, every list of operations and what it works on stale', () => {
  expect(staleAfter('operation', 'o1', reads)).toEqual([
    'overview',
    'server',
    'app',
    'loadBalancer',
    'health',
    'operations',
    'operation',
  ]);
});

test('a check of a backend makes no operation stale', () => {
  expect(staleAfter('health', 'b1', reads)).toEqual(['overview', 'app', 'loadBalancer', 'health']);
});

test('a gap makes everything stale, an unknown event nothing', () => {
  expect(staleAfter('gap', '', reads)).toEqual(Object.keys(reads));
  expect(staleAfter('weather', 'x', reads)).toEqual([]);
});
