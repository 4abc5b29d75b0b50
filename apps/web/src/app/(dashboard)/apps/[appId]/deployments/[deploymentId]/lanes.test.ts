import { expect, it } from 'vitest';
import { lanesOf } from './lanes.ts';

const line = (id: string, serverId: string | null, text: string) => ({
  id,
  serverId,
  serverName: serverId && `server ${serverId}`,
  at: '2026-01-01T00:00:00.000Z',
  stream: 'stdout' as const,
  text,
});
const lines = [
  line('1', null, 'Found'),
  line('2', 'b', 'npm CI'),
  line('3', 'a', 'npm ci'),
  line('4', 'c', 'gone'),
];
const servers = ['a', 'b', 'd'].map((serverId) => ({ serverId, serverName: `server ${serverId}` }));
const shown = (filter: string) =>
  lanesOf(lines, servers, filter).map(({ name, lines, left }) => [
    name,
    lines.map(({ id }) => id).join(),
    left,
  ]);

it('each server has its lane, also one that has not said anything, and one that is no backend any more', () => {
  expect(shown('')).toEqual([
    ['server a', '3', 0],
    ['server b', '2', 0],
    ['server d', '', 0],
    ['Fairlead', '1', 0],
    ['server c', '4', 0],
  ]);
});

it('a filter keeps lines with the words, in any case, and counts the others', () => {
  expect(shown('  NPM ci ')).toEqual([
    ['server a', '3', 0],
    ['server b', '2', 0],
    ['server d', '', 0],
    ['Fairlead', '', 1],
    ['server c', '', 1],
  ]);
});
