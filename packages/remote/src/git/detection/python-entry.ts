import { type Files, lineAt } from './guess.ts';

/** The application that a server of WSGI or ASGI is told. */
export interface Entry {
  protocol: 'wsgi' | 'asgi';
  /** `<module>:<name>`, after what the server is told to find it. */
  application: string;
  /** The name is a function that answers the application. */
  isFactory: boolean;
  file: string;
  line: number;
  says: string;
}

const names = ['asgi', 'wsgi', 'main', 'app', 'application', 'server', 'run', 'api'];
/** How many files are looked into: each is a question to the repository's server. */
const most = 10;

const forms: { pattern: RegExp; protocol: Entry['protocol']; says: string; isFactory?: boolean }[] = [
  {
    pattern:
      /^(\w+)(?:\s*:[^=\n]+)?\s*=\s*(?:\w+\.)*(FastAPI|Starlette|Litestar|Quart|get_asgi_application)\(/m,
    protocol: 'asgi',
    says: 'an application for ASGI',
  },
  { pattern: /^(\w+)\s*=\s*falcon\.asgi\.App\(/m, protocol: 'asgi', says: 'an application for ASGI' },
  {
    pattern: /^async def (\w+)\(\s*scope\b[^)]*\breceive\b[^)]*\bsend\b/m,
    protocol: 'asgi',
    says: 'an application for ASGI',
  },
  {
    pattern: /^(\w+)(?:\s*:[^=\n]+)?\s*=\s*(?:\w+\.)*(Flask|Bottle|get_wsgi_application)\(/m,
    protocol: 'wsgi',
    says: 'an application for WSGI',
  },
  { pattern: /^(\w+)\s*=\s*falcon\.(?:App|API)\(/m, protocol: 'wsgi', says: 'an application for WSGI' },
  {
    pattern: /^def (\w+)\(\s*environ\b[^)]*\bstart_response\b/m,
    protocol: 'wsgi',
    says: 'an application for WSGI',
  },
  {
    pattern: /^(app|application)\s*=\s*(?:\w+\.)*(?:create|make)_app\(/m,
    protocol: 'wsgi',
    says: 'an application for WSGI',
  },
  {
    pattern: /^def (create_app|make_app)\(\s*\)/m,
    protocol: 'wsgi',
    says: 'a function that makes the application',
    isFactory: true,
  },
];

/** Finds the application by the usual names of its file, in the root first and then a folder deeper. */
export async function findEntry(files: Files): Promise<Entry | null> {
  const candidates = [...files.paths]
    .map((path) => ({ path, rank: rankOf(path) }))
    .filter((each): each is { path: string; rank: number } => each.rank !== null)
    .sort((a, b) => a.rank - b.rank || (a.path < b.path ? -1 : 1))
    .slice(0, most);
  for (const { path } of candidates) {
    const text = await files.read(path);
    const entry = text === null ? null : entryIn(path, text);
    if (entry !== null) return entry;
  }
  return null;
}

/** Lower is likelier; null: not looked into. */
function rankOf(path: string): number | null {
  const [, folder, name] = /^([A-Za-z_]\w*\/)?([A-Za-z_]\w*)\.py$/.exec(path) ?? [];
  if (name === undefined || /^(?:tests?|docs?|scripts?|migrations)\/$/.test(folder ?? '')) return null;
  const index = names.indexOf(name);
  if (folder === undefined) return index === -1 ? null : index;
  if (name === '__init__') return 2 * names.length;
  return index === -1 ? null : names.length + index;
}

function entryIn(file: string, text: string): Entry | null {
  for (const { pattern, protocol, says, isFactory = false } of forms) {
    const match = pattern.exec(text);
    if (match === null) continue;
    return {
      protocol,
      application: `${moduleOf(file)}:${match[1]}`,
      isFactory,
      file,
      line: lineAt(text, match.index),
      says,
    };
  }
  return null;
}

/** `shop.wsgi` of `shop/wsgi.py`, `shop` of `shop/__init__.py`. */
export const moduleOf = (file: string): string =>
  file.replace(/(?:\/__init__)?\.py$/, '').replaceAll('/', '.');
