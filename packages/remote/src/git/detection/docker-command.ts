import { type Dockerfile, listOf } from './dockerfile.ts';
import type { Evidence } from './guess.ts';

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

export function startEvidence(read: Dockerfile, file: string): Evidence[] {
  const command = commandOf(read);
  const says =
    command === null
      ? 'names no command: its base image’s counts, where that has one'
      : 'what the image starts';
  return [{ field: 'startCommand', file, line: command?.line ?? null, says }];
}

const developmentCommand =
  /\b(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:(?:start|serve):)?(?:dev|watch|develop|development)\b|\b(?:nodemon|ts-node-dev|webpack-dev-server)\b|\b(?:tsx|node)\s+(?:--)?watch\b|\b(?:next|nuxt|nuxi|astro|remix|react-router|fastapi)\s+dev\b|\bng\s+serve\b|\bvite(?:\s+(?:dev|serve|--)|$)|\bmanage\.py\s+runserver\b|\bartisan\s+serve\b|\bflask\b.*--debug\b|\buvicorn\b.*--reload\b|\bsleep\s+infinity\b|\btail\s+-f\s+\/dev\/null\b|^(?:\/bin\/)?(?:ba)?sh$/;

/** What shows that a Dockerfile is for development alone. */
export function developmentSigns(read: Dockerfile, file: string): Evidence[] {
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
