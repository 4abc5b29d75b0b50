import type { Backend, Server } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import type { HostClient, HostInput, HostResult } from '@fairlead/remote';
import { type Fleet, serverOf } from '../fleet.ts';
import type { Run } from '../runtime/run.ts';

type Artifact = NonNullable<HostResult<'artifact.describe'>['artifact']>;
type Pack = HostResult<'artifact.pack'>;

/** So many pieces of 4 MiB are kept for servers that are a little behind. */
const keptPieces = 4;

/** Why a build can't be had from the server that made it. Another can still build for itself. */
export class SourceFailure extends Error {}

/** A build on the server that made it: read once, however many others get it side by side. */
export class BuildSource {
  readonly server: Server;
  readonly #run: Run;
  readonly #build: { app: string; releaseId: string };
  #artifact: Promise<Artifact> | undefined;
  readonly #packs = new Map<string, Promise<Pack>>();
  readonly #pieces = new Map<string, Promise<string>>();

  constructor(run: Run, fleet: Fleet, builder: Backend, releaseId: string) {
    this.server = serverOf(fleet, builder.serverId);
    this.#run = run;
    this.#build = { app: fleet.app.slug, releaseId };
  }

  /** What the build is made of. */
  artifact(): Promise<Artifact> {
    this.#artifact ??= this.#ask(async (client) => {
      const { artifact } = await client.call('artifact.describe', this.#build);
      if (artifact !== null) return artifact;
      throw new SourceFailure(`${this.server.name} has no list of this build's files.`);
    });
    return this.#artifact;
  }

  /** Some of its files in one pack; the same for all who lack the same. */
  pack({ digest }: Artifact, places: number[]): Promise<Pack> {
    return kept(this.#packs, places.join(), () =>
      this.#ask((client) => client.call('artifact.pack', { ...this.#build, digest, places })),
    );
  }

  /** A piece of a pack, in Base64. */
  piece({ name }: Pack, offset: number): Promise<string> {
    const piece = kept(this.#pieces, `${name} ${offset}`, () =>
      this.#ask(
        async (client) => (await client.call('artifact.read', { ...this.#build, name, offset })).data,
      ),
    );
    const [oldest] = this.#pieces.keys();
    if (this.#pieces.size > keptPieces && oldest !== undefined) this.#pieces.delete(oldest);
    return piece;
  }

  /** Takes away what was packed. The next pruning does it where this fails. */
  async drop(): Promise<void> {
    if (this.#packs.size === 0) return;
    await this.#ask((client) => client.call('artifact.drop', this.#build)).catch((error: unknown) =>
      this.#run.worker.log.warn({ error, ...this.#build }, 'a pack of a build is left behind'),
    );
  }

  async #ask<T>(work: (client: HostClient) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#run.worker.hosts.client(this.server));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw new SourceFailure(`${this.server.name}: ${error.message}`, { cause: error });
    }
  }
}

/** What is asked for a second time is asked for once; a failure is asked for again. */
function kept<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = make();
  known.set(key, made);
  made.catch(() => known.delete(key));
  return made;
}

/** Has a server send what another lacks of a build. Answers the bytes that crossed the network. */
export async function sendPack(
  source: BuildSource,
  artifact: Artifact,
  places: number[],
  target: {
    write(input: Pick<HostInput<'artifact.write'>, 'offset' | 'data'>): Promise<HostResult<'artifact.write'>>;
    progress(share: number, bytes: number): void;
    signal: AbortSignal;
  },
): Promise<number> {
  const pack = await source.pack(artifact, places);
  let ahead = source.piece(pack, 0);
  for (let offset = 0; offset < pack.bytes; ) {
    target.signal.throwIfAborted();
    const data = await ahead;
    const next = offset + Buffer.byteLength(data, 'base64');
    if (next === offset) throw new SourceFailure(`${source.server.name} sent less than it packed.`);
    if (next < pack.bytes) {
      ahead = source.piece(pack, next);
      // Its failure is met when it is waited for, also where writing fails first.
      ahead.catch(() => undefined);
    }
    await target.write({ offset, data });
    offset = next;
    target.progress(offset / pack.bytes, pack.bytes);
  }
  return pack.bytes;
}
