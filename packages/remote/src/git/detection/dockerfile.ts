/** One instruction, with its continued lines joined. */
export interface Instruction {
  /** In capitals, e.g. `EXPOSE`. */
  name: string;
  text: string;
  /** From 1 on. */
  line: number;
}

/** One `FROM` and what follows it. */
interface Stage {
  name: string | null;
  base: string;
  instructions: Instruction[];
}

/** What the last stage of a Dockerfile says, with what it takes over from the stages that it is made of. */
export interface Dockerfile {
  /** Of the last stage and its bases in this file, the last said last. */
  instructions: Instruction[];
  /** Values of `ENV` and defaults of `ARG` by name, the last said. */
  variables: ReadonlyMap<string, { value: string; line: number }>;
  /** Whether anything of the repository gets into any of its stages. */
  takesFiles: boolean;
  /** What `COPY` and `ADD` take of the repository in any stage, without those with wildcards. */
  sources: string[];
}

const most = 5_000;
/** In characters. */
const longest = 256 << 10;

/** Reads a Dockerfile; null for one that is too long, or has no `FROM`. */
export function readDockerfile(text: string): Dockerfile | null {
  if (text.length > longest) return null;
  const all = instructionsOf(text);
  const stages: Stage[] = [];
  const before = all.slice(
    0,
    all.findIndex(({ name }) => name === 'FROM'),
  );
  for (const instruction of all) {
    if (instruction.name === 'FROM') stages.push(stageOf(instruction));
    else stages.at(-1)?.instructions.push(instruction);
  }
  const last = stages.at(-1);
  if (last === undefined) return null;
  const instructions = chainOf(last, stages).flatMap((stage) => stage.instructions);
  const taken = all.flatMap(sourcesOf);
  return {
    instructions,
    variables: variablesOf([...before, ...instructions]),
    takesFiles: taken.length > 0 || all.some(({ name, text }) => name === 'RUN' && /^--mount=/.test(text)),
    sources: taken.filter((path) => !/[*?[$]/.test(path)),
  };
}

/** Lines as instructions: comments, the `escape` directive and here-documents as BuildKit reads them. */
function instructionsOf(text: string): Instruction[] {
  const continues = /^(?:#[^\n]*\n)*?#[ \t]*escape[ \t]*=[ \t]*`/i.test(text.slice(0, 1_000)) ? '`' : '\\';
  const found: Instruction[] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length && found.length < most; at += 1) {
    const line = (lines[at] ?? '').trim();
    if (line === '' || line.startsWith('#')) continue;
    const first = at;
    const parts: string[] = [];
    for (; at < lines.length; at += 1) {
      const part = (lines[at] ?? '').trim();
      if (part.startsWith('#') || (part === '' && at !== first)) continue;
      const goesOn = part.endsWith(continues);
      parts.push(goesOn ? part.slice(0, -1).trimEnd() : part);
      if (!goesOn) break;
    }
    const [, name = '', rest = ''] = /^([A-Za-z]+)[ \t]*(.*)$/s.exec(parts.join(' ')) ?? [];
    found.push({ name: name.toUpperCase(), text: rest.slice(0, 4_000), line: first + 1 });
    if (/^(?:RUN|COPY|ADD)$/i.test(name)) at = afterDocuments(rest.slice(0, 4_000), lines, at);
  }
  return found;
}

/** Past the here-documents that an instruction opens, `RUN <<EOF`; one that is not closed goes to the end. */
function afterDocuments(text: string, lines: readonly string[], at: number): number {
  for (const [, , end] of text.matchAll(/<<-?(["']?)([A-Za-z_]\w*)\1/g)) {
    at += 1;
    while (at < lines.length && lines[at]?.trim() !== end) at += 1;
  }
  return at;
}

function stageOf({ text }: Instruction): Stage {
  const words = text.split(/[ \t]+/).filter((word) => !word.startsWith('--'));
  const name = words[1]?.toLowerCase() === 'as' ? (words[2]?.toLowerCase() ?? null) : null;
  return { name, base: words[0]?.toLowerCase() ?? '', instructions: [] };
}

/** The stages that one is made of, the first first. */
function chainOf(last: Stage, stages: readonly Stage[]): Stage[] {
  const chain = [last];
  const byName = new Map<string, Stage>();
  const baseOf = new Map<Stage, Stage>();
  for (const stage of stages) {
    const base = byName.get(stage.base);
    if (base !== undefined) baseOf.set(stage, base);
    if (stage.name !== null) byName.set(stage.name, stage);
  }
  for (let base = baseOf.get(last); base !== undefined; base = baseOf.get(base)) chain.unshift(base);
  return chain;
}

function variablesOf(instructions: readonly Instruction[]): Dockerfile['variables'] {
  const found = new Map<string, { value: string; line: number }>();
  for (const { name, text, line } of instructions) {
    if (name !== 'ENV' && name !== 'ARG') continue;
    const pairs = [...text.matchAll(/\b([A-Za-z_]\w*)=(?:"([^"]*)"|'([^']*)'|(\S*))/g)];
    for (const [, key = '', ...values] of pairs)
      found.set(key, { value: values.find((value) => value !== undefined) ?? '', line });
    const [, key, value] = (pairs.length === 0 && /^([A-Za-z_]\w*)[ \t]+(.*)$/.exec(text)) || [];
    if (name === 'ENV' && key !== undefined) found.set(key, { value: value ?? '', line });
  }
  return found;
}

/** What an instruction takes of the repository, relative to it. */
function sourcesOf({ name, text }: Instruction): string[] {
  if ((name !== 'COPY' && name !== 'ADD') || /(?:^|\s)--from=/.test(text) || text.includes('<<')) return [];
  const words = listOf(text) ?? text.split(/[ \t]+/);
  return words
    .filter((word) => !word.startsWith('--') && word !== '')
    .slice(0, -1)
    .filter((word) => !/^[a-z]+:\/\//.test(word))
    .map((word) => word.replace(/^\.?\/+/, '').replace(/\/+$/, ''));
}

/** The words of `["node", "server.js"]`; null for what is no such list. */
export function listOf(text: string): string[] | null {
  if (!text.startsWith('[')) return null;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((word) => typeof word === 'string') ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** `$PORT` and `${PORT:-3000}` in the place of what they stand for; null where that is not said. */
export function resolved(text: string, variables: Dockerfile['variables']): string | null {
  const [, name, fallback] = /^\$\{?([A-Za-z_]\w*)(?::?-([^}]*))?\}?$/.exec(text) ?? [];
  if (name === undefined) return text.includes('$') ? null : text;
  const value = variables.get(name)?.value ?? fallback ?? null;
  return value === null || value.includes('$') ? null : value;
}
