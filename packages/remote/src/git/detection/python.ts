import { type Evidence, type Files, lineOf, noSuggestions, type RuntimeGuess } from './guess.ts';
import { judgeAssets } from './node.ts';
import { type DjangoProject, readDjango } from './python-django.ts';
import { type Entry, findEntry } from './python-entry.ts';
import { type Packages, readPackages } from './python-packages.ts';
import { pythonVersion } from './version.ts';

/** Python: an application for WSGI or ASGI, or packages alone, of which a person says how they start. */
export async function judgePython(files: Files): Promise<RuntimeGuess | null> {
  const packages = await readPackages(files);
  const django = await readDjango(files, packages);
  const entry = django?.entry ?? (await findEntry(files));
  if (packages.file === null && entry === null && django === null) return null;
  const evidence: Evidence[] = [];
  if (django) evidence.push({ field: 'runtime', file: 'manage.py', line: null, says: 'Django' });
  if (packages.file !== null)
    evidence.push({ field: 'runtime', file: packages.file, line: null, says: 'Python packages' });
  const server = entry === null ? null : serverOf(entry, packages);
  if (entry !== null && server !== null)
    evidence.push(
      { field: 'startCommand', file: entry.file, line: entry.line, says: entry.says },
      ...server.evidence,
    );
  const asked = await pythonVersion(files);
  const assets = await judgeAssets(files);
  const statics = django === null ? null : collectsStatic(django);
  return {
    runtime: 'python',
    evidence: [
      ...evidence,
      ...installEvidence(packages, server),
      ...assets.evidence,
      ...(statics ?? []),
      ...asked.evidence,
    ],
    suggestions: {
      ...noSuggestions,
      installCommand: installCommand(packages, server),
      buildCommand:
        [assets.command, statics && 'python manage.py collectstatic --noinput']
          .filter(Boolean)
          .join(' && ') || null,
      startCommand: server?.command ?? null,
      runtimeVersion: asked.version,
    },
  };
}

interface AppServer {
  command: string;
  /** The package that brings it, where nothing of the tree asks for it. */
  missing: string | null;
  evidence: Evidence[];
}

const servers = {
  wsgi: [
    { name: 'gunicorn', line: (app: string) => `gunicorn --bind 127.0.0.1:$PORT --workers 2 ${app}` },
    { name: 'waitress', line: (app: string) => `waitress-serve --listen=127.0.0.1:$PORT ${app}` },
  ],
  asgi: [
    { name: 'uvicorn', line: (app: string) => `uvicorn --host 127.0.0.1 --port $PORT ${app}` },
    { name: 'daphne', line: (app: string) => `daphne -b 127.0.0.1 -p $PORT ${app}` },
    { name: 'hypercorn', line: (app: string) => `hypercorn --bind 127.0.0.1:$PORT ${app}` },
  ],
} as const;

/** The program that the packages bring, or the usual one. */
function serverOf(entry: Entry, packages: Packages): AppServer {
  const known = servers[entry.protocol];
  const found = known.find(({ name }) => packages.lines.has(name));
  const chosen = found ?? known[0];
  const isBrought = found !== undefined || (chosen.name === 'uvicorn' && packages.hasFastapiStandard);
  return {
    command: chosen.line(entry.isFactory ? `'${entry.application}()'` : entry.application),
    missing: isBrought ? null : chosen.name,
    evidence:
      found && packages.file !== null
        ? [
            {
              field: 'startCommand',
              file: packages.file,
              line: packages.lines.get(found.name) ?? null,
              says: `${found.name}, which serves ${entry.protocol.toUpperCase()}`,
            },
          ]
        : [],
  };
}

function installCommand({ install }: Packages, server: AppServer | null): string | null {
  const more = server?.missing ?? null;
  if (install === null) return more && `pip install ${more}`;
  return more === null ? install : `${install} ${more}`;
}

function installEvidence({ file, install, unread }: Packages, server: AppServer | null): Evidence[] {
  const found: Evidence[] = [];
  const add = (name: string, says: string) =>
    found.push({ field: 'installCommand', file: name, line: null, says });
  if (file !== null && install !== null) add(file, 'packages for pip');
  for (const name of unread) add(name, 'not read by pip: what it locks is not what is installed');
  if (server?.missing && file !== null) add(file, `does not ask for ${server.missing}, which is added`);
  return found;
}

/** `collectstatic` has somewhere to put them where the settings say so. */
function collectsStatic({ settings }: DjangoProject): Evidence[] | null {
  for (const { file, text } of settings) {
    const line = lineOf(text, /^STATIC_ROOT\s*(?::[^=\n]+)?=/m);
    if (line !== null) return [{ field: 'buildCommand', file, line, says: 'STATIC_ROOT is set' }];
  }
  return null;
}
