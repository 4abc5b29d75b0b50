import { type Files, lineAt, lineOf } from './guess.ts';
import { type Entry, moduleOf } from './python-entry.ts';
import type { Packages } from './python-packages.ts';

/** A project that `manage.py` manages. */
export interface DjangoProject {
  /** The module with its settings, and those beside it that settings are usually shared by. */
  settings: { file: string; text: string }[];
  /** null: neither wsgi.py nor asgi.py was found. */
  entry: Entry | null;
}

/** Reads what `manage.py` names; null where there is none. */
export async function readDjango(files: Files, packages: Packages): Promise<DjangoProject | null> {
  const manage = files.paths.has('manage.py') ? await files.read('manage.py') : null;
  if (manage === null) return null;
  const named = /DJANGO_SETTINGS_MODULE['"]\s*,\s*['"]([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)['"]/.exec(
    manage,
  )?.[1];
  const settings = named === undefined ? [] : await readSettings(files, named.replaceAll('.', '/'));
  const project = named?.split('.')[0];
  const entry = project === undefined ? null : await findProjectEntry(files, project, settings, packages);
  return { settings, entry };
}

async function readSettings(files: Files, path: string): Promise<DjangoProject['settings']> {
  const folder = path.replace(/\/\w+$/, '');
  const candidates = [`${path}.py`, `${path}/__init__.py`, `${folder}/base.py`, `${folder}/production.py`];
  const found: DjangoProject['settings'] = [];
  for (const file of new Set(candidates)) {
    const text = await files.read(file);
    if (text !== null) found.push({ file, text });
  }
  return found;
}

async function findProjectEntry(
  files: Files,
  project: string,
  settings: DjangoProject['settings'],
  packages: Packages,
): Promise<Entry | null> {
  for (const { file, text } of settings) {
    const match = /^WSGI_APPLICATION\s*=\s*['"]([A-Za-z_][\w.]*)\.([A-Za-z_]\w*)['"]/m.exec(text);
    if (match === null || prefersAsgi(packages)) continue;
    const line = lineAt(text, match.index);
    return entry('wsgi', `${match[1]}:${match[2]}`, file, line, 'WSGI_APPLICATION is set');
  }
  for (const protocol of prefersAsgi(packages) ? (['asgi', 'wsgi'] as const) : (['wsgi', 'asgi'] as const)) {
    const file = `${project}/${protocol}.py`;
    if (!files.paths.has(file)) continue;
    const line = lineOf((await files.read(file)) ?? '', /^application\s*=/m);
    if (line !== null)
      return entry(
        protocol,
        `${moduleOf(file)}:application`,
        file,
        line,
        `the project’s application for ${protocol.toUpperCase()}`,
      );
  }
  return null;
}

const entry = (
  protocol: Entry['protocol'],
  application: string,
  file: string,
  line: number,
  says: string,
): Entry => ({
  protocol,
  application,
  isFactory: false,
  file,
  line,
  says,
});

/** Who brings a server of ASGI and none of WSGI means to be served by it. */
function prefersAsgi({ lines }: Packages): boolean {
  const has = (...names: string[]) => names.some((name) => lines.has(name));
  return has('uvicorn', 'daphne', 'hypercorn', 'channels') && !has('gunicorn', 'waitress');
}
