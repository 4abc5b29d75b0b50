#!/usr/bin/env node
// Speaks for Prisma's native schema engine, whose download host is no package registry: JSON-RPC 2.0, one message a line, over
// the WebAssembly build of the same engine. `prisma.config.ts` names this file in PRISMA_SCHEMA_ENGINE_BINARY.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { databaseCommand } from './database-command.mjs';

/** @param {string} level @param {string} message @param {Record<string, unknown>} [fields] */
function log(level, message, fields = {}) {
  const line = {
    timestamp: new Date().toISOString(),
    level,
    fields: { message, ...fields },
    target: 'schema_engine::logger',
  };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}

/** @param {string[]} argv */
function parseArguments(argv) {
  const parsed = {
    url: /** @type {string | undefined} */ (undefined),
    datamodels: /** @type {string[]} */ ([]),
    command: '',
  };
  for (let at = 0; at < argv.length; at += 1) {
    const value = argv[at + 1] ?? '';
    if (argv[at] === '--datasource') parsed.url = JSON.parse(value).url;
    else if (argv[at] === '--datamodels') parsed.datamodels.push(value);
    else if (argv[at] === 'cli') parsed.command = value;
    else continue;
    at += 1;
  }
  return parsed;
}

let panicMessage = '';

async function loadEngine() {
  // The engine leaves the text of a panic here before it traps.
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: { set_message: (/** @type {string} */ message) => (panicMessage = message) },
  });
  const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'));
  const glue = await import(pathToFileURL(join(folder, 'schema_engine_bg.js')).href);
  const module = await WebAssembly.compile(await readFile(join(folder, 'schema_engine_bg.wasm')));
  const instance = await WebAssembly.instantiate(module, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  /** @type {{ __wbindgen_start?: () => void }} */ (instance.exports).__wbindgen_start?.();
  return glue.SchemaEngine;
}

/** @param {{ url: string | undefined, datamodels: string[] }} options */
async function startEngine({ url, datamodels }) {
  if (url === undefined)
    throw new Error('The schema engine connects at its start, for a diff too: set DATABASE_URL.');
  const [SchemaEngine, { engineAdapter }, { bindMigrationAwareSqlAdapterFactory }] = await Promise.all([
    loadEngine(),
    import('./engine-adapter.mjs'),
    import('@prisma/driver-adapter-utils'),
  ]);
  const adapter = bindMigrationAwareSqlAdapterFactory(engineAdapter(url));
  const files = await Promise.all(datamodels.map(async (path) => [path, await readFile(path, 'utf8')]));
  return SchemaEngine.new({ datamodels: files.length === 0 ? undefined : files }, () => {}, adapter);
}

/** The engine's own failures carry `code` and `message`; the CLI shows `data.message` and `data.error_code`. @param {unknown} error */
function toRpcError(error) {
  const { code, message, meta } = /** @type {{ code?: string, message?: string, meta?: unknown }} */ (error);
  const panicked = error instanceof WebAssembly.RuntimeError;
  const text = panicked ? panicMessage : (message ?? String(error));
  return {
    code: 4466,
    message: text,
    data: { is_panic: panicked, message: text, meta, error_code: code ?? null },
  };
}

/** @param {object} message */
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

/** @param {ReturnType<typeof parseArguments>} options */
async function serve(options) {
  /** @type {Promise<Record<string, (parameters: unknown) => Promise<unknown>>> | undefined} */
  let starting;
  let busy = Promise.resolve();
  /** @param {{ id: number, method: string, params: unknown }} request */
  const answer = async ({ id, method, params }) => {
    try {
      starting ??= startEngine(options);
      const engine = await starting;
      const call = method === 'getDatabaseVersion' ? engine.version : engine[method];
      if (typeof call !== 'function') throw new Error(`The schema engine has no method ${method}.`);
      const result = await call.call(engine, params);
      if (method === 'diff' && result?.stdout) {
        // The CLI prints a diff only from this notification; it ignores `stdout` in the result.
        send({ id: id + 1_000_000, method: 'print', params: { content: result.stdout } });
      }
      send({ id, result: result ?? null });
    } catch (error) {
      send({ id, error: toRpcError(error) });
    }
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const message = JSON.parse(line);
    if (message.method !== undefined) busy = busy.then(() => answer(message));
  }
  await busy;
}

const options = parseArguments(process.argv.slice(2));
if (process.argv.includes('--version')) {
  console.log('schema-engine wasm');
} else if (options.command !== '') {
  log('INFO', `Running ${options.command}.`);
  try {
    await databaseCommand(options.command, options.url ?? '');
  } catch (error) {
    const { code, message } = /** @type {{ code: string, message: string }} */ (error);
    log('ERROR', message, { is_panic: false, error_code: code });
    process.exitCode = 1;
  }
} else {
  await serve(options);
  process.exit(0);
}
