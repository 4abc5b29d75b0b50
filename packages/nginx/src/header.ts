// biome-ignore lint/style/noRestrictedImports: hashing is computation, no I/O
import { createHash } from 'node:crypto';
import { AppError } from '@fairlead/errors';
import { serialise } from './serialise.ts';
import { type Slug, slugSchema } from './spec.ts';
import type { ConfigNode } from './tree.ts';

/** A file ready to be applied; the same spec and capabilities give the same bytes. */
export interface RenderedConfig {
  content: string;
  /** Of the whole file's bytes, 64 hex digits: with the generation what the server answers once it serves the file. */
  sha256: string;
  /** Sockets that the file's `listen` lines need; `0.0.0.0` and `::` mean every address. */
  listens: { address: string; port: number }[];
}

/** What a managed file is of an app. */
export type FileKind = 'front' | 'backend' | 'grpc' | 'stream';

/** What a managed file says of itself. */
export interface ManagedHeader {
  app: Slug;
  kind: FileKind;
  generation: number;
  /** The body still has the hash that the header states: nobody edited it by hand. */
  intact: boolean;
}

const HEADER =
  /^# Managed by Fairlead: app ([a-z0-9-]+), (front|backend|grpc|stream), generation ([1-9][0-9]*)\. [^\n]*\n# sha256 of what follows: ([0-9a-f]{64})\n/;

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Header and body of one managed file. */
export function finish(
  { app, kind, generation }: Omit<ManagedHeader, 'intact'>,
  nodes: readonly ConfigNode[],
  listens: RenderedConfig['listens'],
): RenderedConfig {
  const body = `\n${serialise(nodes)}`;
  const notice = `app ${app}, ${kind}, generation ${generation}. Changes by hand are detected and put back.`;
  const content = `# Managed by Fairlead: ${notice}\n# sha256 of what follows: ${sha256(body)}\n${body}`;
  return { content, sha256: sha256(content), listens };
}

/**
 * Reads the header of a managed file, edited or not.
 * @throws AppError `invalid-input` when the text does not begin with Fairlead's header.
 */
export function readHeader(text: string): ManagedHeader {
  const match = HEADER.exec(text);
  const app = slugSchema.safeParse(match?.[1]);
  if (!match || !app.success) {
    throw new AppError('invalid-input', 'This file does not begin with Fairlead’s header.');
  }
  return {
    app: app.data,
    kind: match[2] as ManagedHeader['kind'],
    generation: Number(match[3]),
    intact: sha256(text.slice(match[0].length)) === match[4],
  };
}
