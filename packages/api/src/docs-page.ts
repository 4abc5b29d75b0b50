import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Hono } from 'hono';
import type { ApiEnv } from './variables.ts';

const scalarScript = 'node_modules/@scalar/api-reference/dist/browser/standalone.js';

/** Scalar's browser bundle out of its npm package: nothing is fetched from elsewhere. Looked for upwards from here and from the process: bundlers can't follow a path. */
function findScalarScript(): string {
  const starts = [dirname(fileURLToPath(import.meta.url)), process.cwd()];
  for (const start of starts) {
    for (let folder = start; ; folder = dirname(folder)) {
      const file = `${folder}/${scalarScript}`;
      if (existsSync(file)) return file;
      if (folder === dirname(folder)) break;
    }
  }
  throw new Error(`${scalarScript} is not installed`);
}

async function readScalarScript(): Promise<Buffer<ArrayBuffer>> {
  return readFile(findScalarScript()) as Promise<Buffer<ArrayBuffer>>;
}

const configuration = {
  url: 'openapi.json',
  telemetry: false,
  withDefaultFonts: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
};

function page(nonce: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Fairlead API</title></head>
<body>
<div id="reference"></div>
<noscript>This page needs JavaScript; the document itself is <a href="openapi.json">openapi.json</a>.</noscript>
<script nonce="${nonce}" src="docs/scalar.js"></script>
<script nonce="${nonce}">Scalar.createApiReference('#reference', ${JSON.stringify(configuration)})</script>
</body>
</html>
`;
}

/** `/docs`: the reference as a page, open to everybody as the document is. */
export function createDocsPage() {
  let script: Promise<Buffer<ArrayBuffer>> | undefined;
  return new Hono<ApiEnv>()
    .get('/docs', (c) => {
      const nonce = randomBytes(16).toString('base64');
      c.header(
        'content-security-policy',
        `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'unsafe-inline'; img-src 'self' data:; font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      );
      return c.html(page(nonce));
    })
    .get('/docs/scalar.js', async (c) => {
      script ??= readScalarScript();
      c.header('content-type', 'text/javascript; charset=utf-8');
      c.header('cache-control', 'public, max-age=86400');
      return c.body(await script);
    });
}
