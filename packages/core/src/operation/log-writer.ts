import type { Secret } from '@fairlead/errors';
import type { OperationContext } from '../context.ts';
import { announce } from '../events.ts';
import type { Claim } from './claim.ts';
import { createRedactor } from './redact.ts';

export type LogStream = 'stdout' | 'stderr' | 'fairlead';

/** Collects the lines of one operation and writes them in batches, secrets replaced. */
export interface LogWriter {
  /** Split into lines and kept until the next flush; a line is cut at 4,000 characters. */
  append(stream: LogStream, text: string, stepId?: string | null): void;
  /** From now on replace these values too (a password that was only read now). */
  hide(secrets: Iterable<string | Secret>): void;
  /** Write what is waiting; resolves when everything appended before is stored. */
  flush(): Promise<void>;
  /** Flush and stop. */
  close(): Promise<void>;
}

interface Line {
  operationId: string;
  stepId: string | null;
  at: Date;
  stream: LogStream;
  text: string;
}

const maxLineCharacters = 4_000;
const maxBatchLines = 500;

/** @param flushEveryMs how long a line may wait before it can be read */
export function createLogWriter(
  ctx: OperationContext,
  claim: Claim,
  secrets: Iterable<string | Secret> = [],
  flushEveryMs = 200,
): LogWriter {
  const known = [...secrets];
  let redact = createRedactor(known);
  let waiting: Line[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const write = async (lines: Line[]) => {
    for (let start = 0; start < lines.length; start += maxBatchLines) {
      await ctx.prisma.logLine.createMany({ data: lines.slice(start, start + maxBatchLines) });
    }
    await announce(ctx.prisma, claim.organizationId, 'log', claim.operationId);
  };
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const lines = waiting;
    waiting = [];
    if (lines.length > 0) {
      writing = writing
        .then(() => write(lines))
        .catch((error: unknown) => {
          ctx.log.warn(
            { error, operationId: claim.operationId, lines: lines.length },
            'log lines were not stored',
          );
        });
    }
    return writing;
  };
  return {
    append(stream, text, stepId = null) {
      const at = ctx.clock();
      // NUL can't be stored in a text column of Postgres.
      for (const line of redact(text)
        .replaceAll('\0', '')
        .replace(/\r?\n$/, '')
        .split(/\r?\n/)) {
        const cut = line.length > maxLineCharacters ? `${line.slice(0, maxLineCharacters)}…` : line;
        waiting.push({ operationId: claim.operationId, stepId, at, stream, text: cut });
      }
      if (waiting.length >= maxBatchLines) void flush();
      else timer ??= setTimeout(flush, flushEveryMs);
    },
    hide(more) {
      known.push(...more);
      redact = createRedactor(known);
    },
    flush,
    close: flush,
  };
}
