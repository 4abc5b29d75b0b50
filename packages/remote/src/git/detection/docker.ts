import { readCompose, type Service } from './compose.ts';
import { type Dockerfile, listOf, readDockerfile, resolved } from './dockerfile.ts';
import { type Evidence, type Files, noSuggestions, type Place, placed, type RuntimeGuess } from './guess.ts';

/** Names in the order in which they count. */
const dockerfiles = ['Dockerfile', 'Containerfile'];
/** As the Compose Specification prefers them. */
const composeFiles = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

/** An image that a tree says how to make. */
export interface ImageGuess {
  guess: RuntimeGuess;
  /** Whether it says how the app is served, and so counts before what else is found: a Dockerfile does, unless it shows that it is for development. */
  counts: boolean;
  /** What its Dockerfile takes into the image. */
  sources: readonly string[];
}

/** Docker: a Dockerfile, else a compose file with a service that is built. */
export async function judgeDocker(files: Files, place: Place | null): Promise<ImageGuess | null> {
  const image = await judgeFolder(files);
  if (image === null || place === null) return image;
  const { guess, counts, sources } = image;
  const inFolder = placed(guess, place.folder);
  const { containerFile } = guess.suggestions;
  if (place.isFixed || !isMadeFromRoot(sources, files, place)) return { guess: inFolder, counts, sources };
  const file = `${place.folder}/${containerFile ?? 'Dockerfile'}`;
  const says = 'takes files from the repository’s root: all of it is the app';
  return {
    guess: {
      ...inFolder,
      evidence: [...inFolder.evidence, { field: 'rootDirectory', file, line: null, says }],
      suggestions: { ...guess.suggestions, containerFile: file, rootDirectory: null },
    },
    counts,
    sources,
  };
}

/** Whether what is copied lies in the repository's root rather than in the folder. */
function isMadeFromRoot(sources: readonly string[], files: Files, { root }: Place): boolean {
  const has = ({ paths }: Files, path: string) =>
    paths.has(path) || [...paths].some((each) => each.startsWith(`${path}/`));
  const telling = sources.filter((path) => path !== '' && path !== '.').slice(0, 50);
  const [fromRoot, fromFolder] = [root, files].map(
    (tree) => telling.filter((path) => has(tree, path)).length,
  );
  return (fromRoot ?? 0) > (fromFolder ?? 0);
}

async function judgeFolder(files: Files): Promise<ImageGuess | null> {
  const compose = await findCompose(files);
  const file = dockerfiles.find((path) => files.paths.has(path));
  if (file !== undefined) return fromDockerfile(files, file, compose);
  return compose === null ? null : fromCompose(files, compose);
}

interface Compose {
  file: string;
  /** null: it can't be read. */
  services: Service[] | null;
}

async function findCompose(files: Files): Promise<Compose | null> {
  const file = composeFiles.find((path) => files.paths.has(path));
  if (file === undefined) return null;
  const text = await files.read(file);
  return { file, services: text === null ? null : readCompose(text) };
}

async function fromDockerfile(files: Files, file: string, compose: Compose | null): Promise<ImageGuess> {
  const text = await files.read(file);
  const read = text === null ? null : readDockerfile(text);
  const evidence: Evidence[] = [];
  const found = (field: Evidence['field'], line: number | null, says: string, where = file) =>
    evidence.push({ field, file: where, line, says });
  const service = compose?.services?.find((one) => dockerfileOf(one) === file) ?? null;
  if (read === null) {
    found('runtime', null, 'says how an image is made, but can not be read: too long, or no Dockerfile');
    return guessOf(evidence, { containerFile: fileSetting(file) }, false);
  }
  const signs = developmentSigns(read, file);
  found('runtime', null, 'says how the app’s image is made');
  evidence.push(...signs);
  if (compose !== null) found('runtime', null, besideIt(compose), compose.file);
  const port = portOf(read, file) ?? servicePort(service, compose?.file ?? '');
  const health = healthOf(read, file) ?? serviceHealth(service, compose?.file ?? '');
  evidence.push(...startEvidence(read, file), ...(port?.evidence ?? []), ...(health?.evidence ?? []));
  const suggestions = {
    containerFile: fileSetting(file),
    containerPort: port?.value ?? null,
    healthPath: health?.value ?? null,
  };
  return guessOf(evidence, suggestions, signs.length === 0, read.sources);
}

/** The usual name is what no name means. */
const fileSetting = (file: string) => (file === 'Dockerfile' ? null : file);

function guessOf(
  evidence: Evidence[],
  suggestions: Partial<RuntimeGuess['suggestions']>,
  counts: boolean,
  sources: readonly string[] = [],
): ImageGuess {
  const guess: RuntimeGuess = {
    runtime: 'docker',
    evidence,
    suggestions: { ...noSuggestions, ...suggestions },
  };
  return { guess, counts, sources };
}

function besideIt({ services }: Compose): string {
  const names = (services ?? []).slice(0, 5).map(({ name }) => name);
  const what = names.length === 0 ? 'a compose file beside it' : `services ${names.join(', ')}`;
  return `${what}: not looked at by builds unless it is the container file`;
}

async function fromCompose(files: Files, { file, services }: Compose): Promise<ImageGuess | null> {
  const built = (services ?? []).filter(({ build }) => build !== null);
  const service = webOf(built);
  if (service === null || service.build === null) return null;
  const evidence: Evidence[] = [
    { field: 'runtime', file, line: service.build.line, says: 'a service that is built from the repository' },
    { field: 'containerFile', file, line: null, says: 'a compose file' },
    { field: 'containerService', file, line: service.line, says: chosenOf(built, services ?? []) },
  ];
  const path = dockerfileOf(service);
  const text = path !== null && files.paths.has(path) ? await files.read(path) : null;
  const read = text === null ? null : readDockerfile(text);
  const port = servicePort(service, file) ?? (read && portOf(read, path ?? ''));
  const health = serviceHealth(service, file) ?? (read && healthOf(read, path ?? ''));
  if (service.command !== null)
    evidence.push({ field: 'startCommand', file, line: service.command.line, says: 'a command of its own' });
  else if (read !== null) evidence.push(...startEvidence(read, path ?? ''));
  evidence.push(...(port?.evidence ?? []), ...(health?.evidence ?? []));
  const suggestions = {
    containerFile: file,
    containerService: service.name,
    containerPort: port?.value ?? null,
    healthPath: health?.value ?? null,
  };
  return guessOf(evidence, suggestions, false);
}

/** Of several that are built, the one that visitors can reach. */
function webOf(built: readonly Service[]): Service | null {
  const open = built.filter(({ port }) => port !== null);
  const among = open.length > 0 ? open : built;
  return (
    among.find(({ name }) => /^(?:web|app|www|site|frontend|server|api)$/.test(name)) ?? among[0] ?? null
  );
}

function chosenOf(built: readonly Service[], all: readonly Service[]): string {
  const names = (list: readonly Service[]) =>
    list
      .slice(0, 5)
      .map(({ name }) => name)
      .join(', ');
  const others = all.filter(({ build }) => build === null);
  return [
    built.length === 1 ? 'the only one that is built' : `one of those that are built: ${names(built)}`,
    ...(others.length > 0 ? [`${names(others)} ${others.length === 1 ? 'is' : 'are'} not`] : []),
  ].join('; ');
}

/** Where a service's Dockerfile lies in the tree; null where that is elsewhere. */
function dockerfileOf({ build }: Service): string | null {
  if (build === null) return null;
  const parts: string[] = [];
  for (const part of `${build.context}/${build.dockerfile ?? 'Dockerfile'}`.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.pop() === undefined) return null;
    if (part !== '..') parts.push(part);
  }
  return build.context.includes('$') || build.context.includes('://') ? null : parts.join('/');
}

interface Found<T> {
  value: T;
  evidence: Evidence[];
}

function portFound(value: number, file: string, line: number, says: string): Found<number> {
  return { value, evidence: [{ field: 'containerPort', file, line, says }] };
}

const servicePort = (service: Service | null, file: string): Found<number> | null =>
  service?.port ? portFound(service.port.value, file, service.port.line, `${service.name}’s port`) : null;

/** What `EXPOSE` names, of several the one that is `PORT` or the first; else `ENV PORT`. */
function portOf({ instructions, variables }: Dockerfile, file: string): Found<number> | null {
  const named = variables.get('PORT');
  const wished = named === undefined ? null : portNumber(resolved(named.value, variables) ?? '');
  const exposed = instructions
    .filter(({ name }) => name === 'EXPOSE')
    .flatMap(({ text, line }) => text.split(/[ \t]+/).map((word) => ({ word, line })))
    .flatMap(({ word, line }) => {
      const [, port = '', protocol = 'tcp'] = /^([^/]*)(?:\/(\w+))?$/.exec(word) ?? [];
      const value = portNumber(resolved(port, variables) ?? '');
      return value === null || protocol.toLowerCase() !== 'tcp' ? [] : [{ value, line }];
    });
  const chosen = exposed.find(({ value }) => value === wished) ?? exposed[0];
  if (chosen !== undefined) return portFound(chosen.value, file, chosen.line, 'EXPOSE names it');
  return named === undefined || wished === null
    ? null
    : portFound(wished, file, named.line, 'PORT is set to it');
}

function portNumber(text: string): number | null {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port > 0 && port < 65_536 ? port : null;
}

/** The path that an HTTP check on the container itself asks for. */
function healthIn(text: string, file: string, line: number): Found<string> | null {
  const at =
    /https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::[^/\s'"|]{0,40})?(\/[A-Za-z0-9._~/-]{0,200})(?=$|[\s'"|])/.exec(
      text,
    );
  const path = at?.[1];
  if (path === undefined || /\/\/|\/\.{1,2}(?:\/|$)/.test(path)) return null;
  return { value: path, evidence: [{ field: 'healthPath', file, line, says: 'its own check asks for it' }] };
}

function healthOf({ instructions }: Dockerfile, file: string): Found<string> | null {
  const last = instructions.findLast(({ name }) => name === 'HEALTHCHECK');
  return last === undefined ? null : healthIn(last.text, file, last.line);
}

const serviceHealth = (service: Service | null, file: string): Found<string> | null =>
  service?.healthcheck ? healthIn(service.healthcheck.text, file, service.healthcheck.line) : null;

/** What the image starts, as one line; null where only its base says it. */
function commandOf({ instructions }: Dockerfile): { text: string; line: number } | null {
  const entry = instructions.findLast(({ name }) => name === 'ENTRYPOINT');
  const command = instructions.findLast(({ name }) => name === 'CMD');
  const line = command?.line ?? entry?.line;
  if (line === undefined) return null;
  const words = [entry, command].flatMap((each) =>
    each === undefined ? [] : (listOf(each.text) ?? [each.text]),
  );
  return { text: words.join(' '), line };
}

function startEvidence(read: Dockerfile, file: string): Evidence[] {
  const command = commandOf(read);
  const says =
    command === null ? 'names no command: its base image’s counts, where that has one' : 'the image’s own';
  return [{ field: 'startCommand', file, line: command?.line ?? null, says }];
}

const developmentCommand =
  /\b(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:(?:start|serve):)?(?:dev|watch|develop|development)\b|\b(?:nodemon|ts-node-dev|webpack-dev-server)\b|\b(?:tsx|node)\s+(?:--)?watch\b|\b(?:next|nuxt|nuxi|astro|remix|react-router|fastapi)\s+dev\b|\bng\s+serve\b|\bvite(?:\s+(?:dev|serve|--)|$)|\bmanage\.py\s+runserver\b|\bartisan\s+serve\b|\bflask\b.*--debug\b|\buvicorn\b.*--reload\b|\bsleep\s+infinity\b|\btail\s+-f\s+\/dev\/null\b|^(?:\/bin\/)?(?:ba)?sh$/;

/** What shows that a Dockerfile is for development alone. */
function developmentSigns(read: Dockerfile, file: string): Evidence[] {
  const command = commandOf(read);
  const mode = ['NODE_ENV', 'APP_ENV', 'RAILS_ENV', 'FLASK_ENV'].flatMap((key) => {
    const set = read.variables.get(key);
    return set !== undefined && /^dev(?:elopment)?$/.test(set.value) ? [{ key, line: set.line }] : [];
  })[0];
  const sign = (line: number | null, says: string): Evidence => ({ field: 'runtime', file, line, says });
  return [
    ...(command !== null && developmentCommand.test(command.text.slice(0, 1_000))
      ? [sign(command.line, 'starts a server for development')]
      : []),
    ...(mode === undefined ? [] : [sign(mode.line, `sets ${mode.key} for development`)]),
    ...(read.takesFiles ? [] : [sign(null, 'takes nothing of the repository into the image')]),
  ];
}
