import {
  type Evidence,
  type Files,
  folderOf,
  noSuggestions,
  type RuntimeGuess,
  readManifest,
} from './guess.ts';
import { judgeAssets } from './node.ts';

const install = 'composer install --no-dev --no-interaction --prefer-dist --optimize-autoloader';

/** PHP: a script that answers requests, Laravel's `artisan` or WordPress. */
export async function judgePhp(files: Files): Promise<RuntimeGuess | null> {
  const entry = ['public/index.php', 'web/index.php', 'index.php'].find((path) => files.paths.has(path));
  const isLaravel = files.paths.has('artisan');
  const isWordPress = files.paths.has('wp-config-sample.php');
  if (!entry && !isLaravel && !isWordPress) return null;
  const composer = await readManifest(files, 'composer.json');
  const evidence: Evidence[] = [];
  const found = (field: Evidence['field'], file: string, says: string) =>
    evidence.push({ field, file, line: null, says });
  if (entry) found('runtime', entry, 'the script that answers requests');
  if (isLaravel) found('runtime', 'artisan', 'Laravel');
  if (isWordPress) found('runtime', 'wp-config-sample.php', 'WordPress');
  if (composer) found('installCommand', 'composer.json', `packages for Composer${framework(composer.value)}`);
  const root = entry ?? (isLaravel ? 'artisan' : 'wp-config-sample.php');
  found('documentRoot', root, entry ? 'lies in the folder to serve' : 'its folder to serve');
  const assets = await judgeAssets(files);
  return {
    runtime: 'php',
    evidence: [...evidence, ...assets.evidence],
    suggestions: {
      ...noSuggestions,
      installCommand: composer ? install : null,
      buildCommand: assets.command,
      documentRoot: entry?.includes('/') ? folderOf(entry) : isLaravel ? 'public' : '.',
    },
  };
}

function framework(composer: Record<string, unknown>): string {
  const required = Object.keys((composer.require as object | undefined) ?? {});
  if (required.includes('laravel/framework')) return ', Laravel among them';
  if (required.some((name) => name.startsWith('symfony/framework'))) return ', Symfony among them';
  return '';
}
