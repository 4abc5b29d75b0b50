import type { Readable } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { cancelled } from './deadline.ts';
import { connectionLost, remoteTimeout } from './ssh-failure.ts';
import type { SshTarget } from './target.ts';

/** `stdin` is written and closed; output beyond `maxOutputBytes` a stream (default 1 MiB) is dropped. */
export interface ExecOptions {
  stdin?: string | Uint8Array;
  /** Default 30,000. */
  timeoutMs?: number;
  maxOutputBytes?: number;
  signal?: AbortSignal;
}

/** How a command ended; only `code` 0 is success. A signal gives `code` null and its name. */
export interface ExecResult {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/**
 * Feeds a fresh session channel and waits for its end. A close without an exit status is a broken connection, never success
 * (node-ssh's execCommand resolves it with `code: null`, decodes multi-byte characters chunk by chunk and keeps all output).
 * Throws `connection-lost`, `connection-timeout`, `cancelled`.
 */
export function runOnChannel(
  channel: ClientChannel,
  target: SshTarget,
  argv: readonly string[],
  options: ExecOptions,
): Promise<ExecResult> {
  const { timeoutMs = 30_000, maxOutputBytes = 1 << 20, signal } = options;
  return new Promise((resolve, reject) => {
    const stdout = collect(channel, maxOutputBytes);
    const stderr = collect(channel.stderr, maxOutputBytes);
    let exit: { code: number | null; signal: string | null } | undefined;
    const giveUp = (error: Error) => {
      cleanUp();
      channel.close();
      reject(error);
    };
    const onAbort = () => giveUp(cancelled(signal?.reason));
    const timer = setTimeout(
      () => giveUp(remoteTimeout(target, argv[0] ?? 'a command', timeoutMs)),
      timeoutMs,
    );
    const cleanUp = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    channel.on('error', () => undefined);
    channel.on('exit', (code: number | null, name?: string) => {
      exit = { code: code ?? null, signal: name ?? null };
    });
    channel.on('close', () => {
      cleanUp();
      if (exit) resolve({ ...exit, stdout: stdout(), stderr: stderr() });
      else reject(connectionLost(target));
    });
    channel.end(options.stdin);
    if (signal?.aborted) onAbort();
  });
}

function collect(stream: Readable, limit: number): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size < limit) chunks.push(chunk.subarray(0, limit - size));
    size += chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
