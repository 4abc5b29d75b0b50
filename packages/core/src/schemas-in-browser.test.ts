import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

/** What the renderer shares with forms. */
const shared = ['canary-settings', 'http-settings', 'stream-settings'].map((name) => ({
  specifier: `@fairlead/nginx/${name}`,
  file: join(import.meta.dirname, `../../nginx/src/${name}.ts`),
}));

/** Every module that a file brings along, by reading its import lines. */
function imports(file: string, seen = new Map<string, string[]>()): Map<string, string[]> {
  if (seen.has(file)) return seen;
  const source = readFileSync(file, 'utf8');
  const lines = [...source.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)'/gm)].map(
    (match) => match[0],
  );
  seen.set(file, lines);
  for (const line of lines) {
    const path = /from '(\.[^']+)'/.exec(line)?.[1];
    if (path !== undefined) imports(join(dirname(file), path), seen);
    for (const { specifier, file } of shared) if (line.includes(`from '${specifier}'`)) imports(file, seen);
  }
  return seen;
}

it('brings nothing of the server to a form in the browser, and of zod only what it uses', () => {
  const lines = [...imports(join(import.meta.dirname, 'schemas.ts')).values()].flat();
  const foreign = lines.filter(
    (line) => !/from '\.\.?\//.test(line) && !shared.some(({ specifier }) => line.includes(specifier)),
  );
  expect(foreign.length).toBeLessThan(lines.length);
  expect(foreign.length).toBeGreaterThan(10);
  // `import { z }` would bring every language of zod's messages: 98 kB gzipped against 34.
  expect(new Set(foreign)).toEqual(new Set(["import * as z from 'zod'"]));
});
