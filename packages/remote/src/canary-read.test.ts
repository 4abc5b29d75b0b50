import { execFile } from 'node:child_process';
import { mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostResult } from './host-protocol.ts';

const program = join(import.meta.dirname, '../../../ansible/roles/host/files');
const script = `
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from fairlead_host.nginx import canary
limits = json.loads(sys.argv[5])
canary.LONGEST_LOG, canary.LONGEST_BACKLOG, canary.STEP_BYTES = limits
places = {"canary": frozenset(["10.0.0.5:20000", "fairleadcanary_shop"]), "stable": frozenset(["10.0.0.2:20000"])}
cursor = json.loads(sys.argv[3])
print(json.dumps(canary.look(Path(sys.argv[2]), cursor and tuple(cursor.values()), int(sys.argv[4]), places)))
`;

type Answer = HostResult<'canary.read'>;
let directory: string;
let log: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'canary-'));
  log = join(directory, 'fairlead-shop.canary.log');
});
afterEach(() => rm(directory, { recursive: true }));

async function look(
  cursor: Answer['cursor'],
  sinceMs = 0,
  limits = [2 ** 24, 2 ** 26, 2 ** 22],
): Promise<Answer> {
  const args = ['-c', script, program, log, JSON.stringify(cursor), String(sinceMs), JSON.stringify(limits)];
  return JSON.parse((await promisify(execFile)('python3', args)).stdout);
}

const line = (place: string, status = '200', seconds = '0.010', at = '100.000') =>
  `${at}|${place}|${status}|${seconds}\n`;

describe('the log of a canary', () => {
  it('is counted by side, with errors and times, and without what is of neither', async () => {
    await writeFile(log, 'old line\n');
    const { cursor, sides } = await look(null);
    expect(sides.canary.requests).toBe(0);
    const lines = [
      line('10.0.0.2:20000'),
      line('10.0.0.2:20000', '404'),
      line('10.0.0.2:20000', '200', '0.010', '49.999'),
      line('10.0.0.2:20000', '-', '-'),
      line('10.0.0.5:20000', '200', '0.080'),
      line('10.0.0.5:20000', '500'),
      line('10.0.0.5:20000, 10.0.0.2:20000', '502, 200', '-, 0.010'),
      line('fairleadcanary_shop', '502', '-'),
      line('10.9.9.9:1'),
      line('-', '-', '-'),
      'made up|\u0000|5|||\n',
      '100.000|10.0.0.5:20000|200|',
    ];
    await writeFile(log, `old line\n${lines.join('')}`);
    const next = await look(cursor, 50_000);
    expect(next.sides).toEqual({
      canary: { requests: 4, errors: 3, times: { 50: 1 } },
      stable: { requests: 2, errors: 0, times: { 26: 2 } },
    });
    expect(next.isMore).toBe(false);
    await writeFile(log, `old line\n${lines.join('')}0.001\n`);
    expect((await look(next.cursor, 50_000)).sides.canary).toEqual({
      requests: 1,
      errors: 0,
      times: { 0: 1 },
    });
  });

  it('is read in steps, to the end of what was rotated away, and emptied when it is long', async () => {
    await writeFile(log, '');
    const start = (await look(null)).cursor;
    await writeFile(log, line('10.0.0.2:20000').repeat(10));
    const length = line('10.0.0.2:20000').length;
    const first = await look(start, 0, [2 ** 24, 2 ** 26, 3 * length + 5]);
    expect([first.sides.stable.requests, first.isMore]).toEqual([3, true]);
    await rename(log, `${log}.1`);
    await writeFile(log, line('10.0.0.5:20000'));
    const rest = await look(first.cursor);
    expect([rest.sides.stable.requests, rest.isMore]).toEqual([7, true]);
    const last = await look(rest.cursor, 0, [10, 2 ** 26, 2 ** 22]);
    expect([last.sides.canary.requests, last.isMore, last.cursor?.offset]).toEqual([1, false, 0]);
    expect((await stat(log)).size).toBe(0);
  });

  it('says what it leaves out where nobody has read for long, and that there is none', async () => {
    expect((await look(null)).cursor).toBeNull();
    await writeFile(log, '');
    const start = (await look(null)).cursor;
    await writeFile(log, line('10.0.0.2:20000').repeat(10));
    const length = line('10.0.0.2:20000').length;
    const seen = await look(start, 0, [2 ** 24, 4 * length, 2 ** 22]);
    expect([seen.sides.stable.requests, seen.skippedBytes]).toEqual([4, 6 * length]);
  });
});
