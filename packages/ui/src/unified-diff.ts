export interface DiffLine {
  kind: 'add' | 'remove' | 'context';
  text: string;
  /** Line number before the change, 1-based; absent for an added line. */
  before?: number;
  /** Line number after the change; absent for a removed line. */
  after?: number;
}

export interface DiffHunk {
  before: number;
  after: number;
  lines: DiffLine[];
}

export interface ParsedDiff {
  hunks: DiffHunk[];
  added: number;
  removed: number;
}

/** Reads unified diff text (`@@ -1,3 +1,4 @@`); text before the first hunk is its header and left out. */
export function parseUnifiedDiff(diff: string): ParsedDiff {
  const hunks: DiffHunk[] = [];
  let added = 0;
  let removed = 0;
  let before = 0;
  let after = 0;
  for (const raw of diff.split('\n')) {
    const head = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(raw);
    if (head) {
      before = Number(head[1]);
      after = Number(head[2]);
      hunks.push({ before, after, lines: [] });
      continue;
    }
    const lines = hunks.at(-1)?.lines;
    if (!lines) continue;
    const text = raw.slice(1);
    if (raw.startsWith('+')) {
      lines.push({ kind: 'add', text, after: after++ });
      added += 1;
    } else if (raw.startsWith('-')) {
      lines.push({ kind: 'remove', text, before: before++ });
      removed += 1;
    } else if (raw.startsWith(' ')) {
      lines.push({ kind: 'context', text, before: before++, after: after++ });
    }
  }
  return { hunks, added, removed };
}
