import { readCompose, type Service } from './compose.ts';
import { developmentSigns, startEvidence } from './docker-command.ts';
import { healthOf, portOf, serviceHealth, servicePort } from './docker-values.ts';
import { readDockerfile } from './dockerfile.ts';
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
    { field: 'containerService', file, line: service.line, says: chosenOf(service, built, services ?? []) },
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

/** Why it is this service; the others are not started. */
function chosenOf(chosen: Service, built: readonly Service[], all: readonly Service[]): string {
  const names = (list: readonly Service[]) =>
    list
      .slice(0, 5)
      .map(({ name }) => name)
      .join(', ');
  const others = all.filter(({ name }) => name !== chosen.name);
  return [
    built.length === 1 ? 'the only one that is built' : 'the one that visitors seem to reach',
    ...(others.length > 0 ? [`left out: ${names(others)}`] : []),
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
