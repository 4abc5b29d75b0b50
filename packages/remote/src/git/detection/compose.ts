import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';

/** A service of a compose file, as far as it tells how an app runs. */
export interface Service {
  name: string;
  /** From 1 on, of its name. */
  line: number;
  /** What it is built from; null: an image that somebody else made. */
  build: { context: string; dockerfile: string | null; line: number } | null;
  /** The first port that its container listens on, as `ports` or `expose` say. */
  port: { value: number; line: number } | null;
  /** Texts of its `healthcheck.test`. */
  healthcheck: { text: string; line: number } | null;
  /** Its own command, which comes in the place of the image's. */
  command: { text: string; line: number } | null;
}

/** How many services are looked at. */
const most = 200;
/** In characters: the rest of the process waits while a file is read. */
const longest = 96 << 10;
/** Aliases and merges are followed so far. */
const deepest = 10;

/** Reads a compose file's services; null for what is none, or is nested or unfolds beyond measure. */
export function readCompose(text: string): Service[] | null {
  if (text.length > longest || isNestedTooDeep(text)) return null;
  const lineCounter = new LineCounter();
  // To compare each key with all the others takes long where there are many.
  const document = parseDocument(text, { lineCounter, uniqueKeys: false, logLevel: 'silent' });
  if (document.errors.length > 0) return null;
  const reader = new Reader(document.contents, lineCounter);
  const services = reader.get(document.contents, 'services')?.value ?? null;
  if (!isMap(services)) return null;
  return services.items.slice(0, most).flatMap(({ key, value }) => {
    const name = isScalar(key) ? String(key.value) : '';
    return /^[A-Za-z0-9._][A-Za-z0-9._-]{0,99}$/.test(name)
      ? [serviceOf(reader, name, key as Node, reader.follow(value as Node | null))]
      : [];
  });
}

function serviceOf(reader: Reader, name: string, key: Node, value: Node | null): Service {
  const build = reader.get(value, 'build');
  const healthcheck = reader.get(reader.get(value, 'healthcheck')?.value ?? null, 'test');
  const command = reader.get(value, 'command') ?? reader.get(value, 'entrypoint');
  return {
    name,
    line: reader.lineOf(key),
    build: build && { ...buildOf(reader, build.value), line: reader.lineOf(build.key) },
    port: portOf(reader, value),
    healthcheck: healthcheck && {
      text: reader.textsOf(healthcheck.value).join(' '),
      line: reader.lineOf(healthcheck.key),
    },
    command: command && {
      text: reader.textsOf(command.value).join(' '),
      line: reader.lineOf(command.key),
    },
  };
}

function buildOf(reader: Reader, build: Node | null) {
  const said = (key: string) => reader.textsOf(reader.get(build, key)?.value ?? null)[0] ?? null;
  if (!isMap(build)) return { context: reader.textsOf(build)[0] ?? '.', dockerfile: null };
  return { context: said('context') ?? '.', dockerfile: said('dockerfile') };
}

/** The port inside: what `ports` lead to, before what `expose` names. */
function portOf(reader: Reader, service: Node | null): Service['port'] {
  for (const key of ['ports', 'expose']) {
    const list = reader.get(service, key)?.value ?? null;
    if (!isSeq(list)) continue;
    for (const item of list.items.slice(0, most)) {
      const node = reader.follow(item as Node | null);
      const target = isMap(node) ? (reader.get(node, 'target')?.value ?? null) : node;
      const value = portIn(reader.textsOf(target)[0] ?? '');
      if (node !== null && value !== null) return { value, line: reader.lineOf(node) };
    }
  }
  return null;
}

/** 3000 of `3000`, `8080:3000`, `127.0.0.1:8080:3000/tcp`, `${PORT:-80}:3000`; of a range the first. */
function portIn(text: string): number | null {
  const [, digits] =
    /(?:^|:)(?:\$\{[^}]*:?-)?(\d{1,5})\}?(?:-\d{1,5})?(?:\/tcp)?$/.exec(text.slice(-100)) ?? [];
  const port = Number(digits);
  return digits !== undefined && port > 0 && port < 65_536 ? port : null;
}

/** Reads nodes by keys, through aliases and merges, a few deep. */
class Reader {
  readonly #lines: LineCounter;
  readonly #anchors = new Map<string, Node>();

  constructor(contents: Node | null, lines: LineCounter) {
    this.#lines = lines;
    visit(contents, {
      Node: (_, node) => {
        if (!isAlias(node) && node.anchor) this.#anchors.set(node.anchor, node);
      },
    });
  }

  lineOf(node: Node): number {
    return this.#lines.linePos(node.range?.[0] ?? 0).line;
  }

  follow(node: Node | null, depth = 0): Node | null {
    if (!isAlias(node)) return node;
    const meant = this.#anchors.get(node.source);
    return meant === undefined || depth > deepest ? null : this.follow(meant, depth + 1);
  }

  get(node: Node | null, name: string, depth = 0): { key: Node; value: Node | null } | null {
    const map = this.follow(node);
    if (!isMap(map) || depth > deepest) return null;
    const own = map.items.find(({ key }) => isScalar(key) && key.value === name);
    if (own !== undefined) return { key: own.key as Node, value: this.follow(own.value as Node | null) };
    const merged = map.items.find(({ key }) => isScalar(key) && key.source === '<<');
    const value = this.follow((merged?.value ?? null) as Node | null);
    const sources = isSeq(value) ? value.items.slice(0, deepest) : [value];
    for (const source of sources) {
      const found = this.get(source as Node | null, name, depth + 1);
      if (found !== null) return found;
    }
    return null;
  }

  /** A scalar as it is written, or those of a list. */
  textsOf(node: Node | null): string[] {
    const nodes = isSeq(node) ? node.items.slice(0, most) : [node];
    return nodes.flatMap((each) => {
      const scalar = this.follow(each as Node | null);
      if (!isScalar(scalar) || scalar.value === null) return [];
      return [(typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? '')).slice(0, 1_000)];
    });
  }
}

/**
 * Whether a text could lead its parser, which calls itself for each level, far down. Counted from above: brackets wherever they stand, indentation, and
 * what can be nested on one line.
 */
function isNestedTooDeep(text: string): boolean {
  const isDeep = (line: string) => /^ {120}/.test(line) || /^(?:\s*[-?:](?=\s)){20}/.test(line.slice(0, 400));
  return (text.match(/[[{]/g)?.length ?? 0) > 1_000 || text.split('\n').some(isDeep);
}
