export interface EnvironmentEntry {
  key: string;
  value: string;
  /** Line in the text, 1-based. */
  line: number;
}

export interface ParsedEnvironment {
  entries: EnvironmentEntry[];
  /** Lines that say nothing that can be stored. */
  problems: { line: number; message: string }[];
}

const assignment = /^(?:export\s+)?([^=\s]+)\s*=\s*(.*)$/;

function unquote(value: string): string {
  const quoted = /^(["'])([\s\S]*)\1$/.exec(value);
  if (!quoted) return value;
  return quoted[1] === '"'
    ? (quoted[2] ?? '').replaceAll('\\n', '\n').replaceAll('\\"', '"')
    : (quoted[2] ?? '');
}

/** Reads `KEY=value` lines as `.env` files have them: comments and blank lines are passed over, quotes taken off. */
export function parseEnvironment(text: string): ParsedEnvironment {
  const entries = new Map<string, EnvironmentEntry>();
  const problems: ParsedEnvironment['problems'] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) continue;
    const line = index + 1;
    const [, key, value] = assignment.exec(content) ?? [];
    if (key === undefined) problems.push({ line, message: `Line ${line} is not KEY=value.` });
    else entries.set(key, { key, value: unquote(value ?? ''), line });
  }
  return { entries: [...entries.values()], problems };
}
