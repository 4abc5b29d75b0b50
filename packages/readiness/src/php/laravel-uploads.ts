import { type Evidence, type Finding, inFile, ok, problem, unknown, withFix } from '../finding.ts';
import { at, readJson } from '../repository.ts';
import { absent, type Scan } from '../scan.ts';
import type { Code, Range } from '../source/code.ts';
import { calls, find, oneOf } from '../source/find.ts';
import { entriesOf } from '../value/entries.ts';
import { readValue } from '../value/read-value.ts';
import { resolve } from '../value/resolve.ts';
import { configured, innerEntries, laravelVersion } from './laravel-config.ts';
import { phpUploads } from './writes.ts';

/** Drivers of the framework's own disks, where config/filesystems.php is not published. */
const ownDisks: Record<string, string> = { local: 'local', public: 'local', s3: 's3' };
/** Packages that take uploads by themselves. */
const mediaPackages = [
  'spatie/laravel-medialibrary',
  'unisharp/laravel-filemanager',
  'filament/filament',
  'livewire/livewire',
];

/** Laravel: files that are stored, and the disks that they go to. */
export function judgeLaravelUploads(scan: Scan, app: readonly Code[]): Finding {
  const name = laravelVersion(scan) >= 9 ? 'FILESYSTEM_DISK' : 'FILESYSTEM_DRIVER';
  const setting = configured(scan, 'filesystems', 'default', name, 'local');
  const standard = driverOf(scan, setting.text ?? '');
  const moved = app.flatMap((code) => [...phpUploads(code), ...(takesFiles(code) ? movedByHand(code) : [])]);
  if (moved.length > 0)
    return problem('Uploads are kept on the disk of the server that took them.', ...moved);
  const uses = app.flatMap(storageUses);
  const named = uses.filter(({ disk }) => disk !== null);
  const onLocal = named.filter(({ disk }) => disk !== null && driverOf(scan, disk) === 'local');
  if (onLocal.length > 0) {
    return problem(
      'Files go to a disk of the server, whatever the default disk is.',
      ...onLocal.map(({ evidence }) => evidence),
    );
  }
  const byDefault = uses.filter(({ disk }) => disk === null);
  const packages = packagesOf(scan);
  if (byDefault.length === 0 && packages.length === 0) {
    return named.length > 0
      ? judgeRemote(
          scan,
          ok('Files go to a disk that all backends share.', ...named.map(({ evidence }) => evidence)),
        )
      : absent(scan, 'Nothing stores files.');
  }
  const where = byDefault.map(({ evidence }) => evidence);
  if (standard === 'local') {
    return problem(
      'The default disk is one of the server’s own.',
      setting.evidence('the default disk, a local one'),
      ...where,
      ...packages,
    );
  }
  if (standard === null) {
    return unknown(
      'What kind of disk is the default can’t be told from here.',
      setting.evidence('the default disk'),
      ...where,
      ...packages,
    );
  }
  return judgeRemote(
    scan,
    ok(
      'Files go to a disk that all backends share.',
      setting.evidence('the default disk, a shared one'),
      ...where,
    ),
  );
}

/** S3 needs a package that the framework does not bring along. */
function judgeRemote(scan: Scan, shared: Finding): Finding {
  const required = at(readJson(scan.repository, 'composer.json'), 'require');
  const has =
    typeof required === 'object' &&
    required !== null &&
    Object.keys(required).some(
      (key) => /flysystem-(?:aws-s3|google|azure|sftp|async-aws)/.test(key) || key.startsWith('aws/'),
    );
  if (has) return shared;
  const missing = problem(
    'Files are to go to S3, but the package for it is not required.',
    inFile('composer.json', null, 'no league/flysystem-aws-s3-v3'),
    ...shared.evidence,
  );
  return withFix(
    missing,
    'Laravel',
    'Add the adapter for S3.',
    'composer require league/flysystem-aws-s3-v3',
  );
}

/** The driver of a disk; null where nothing tells. */
function driverOf(scan: Scan, disk: string): string | null {
  const path = 'config/filesystems.php';
  const code = scan.repository.code(path);
  const driver = innerEntries(scan, 'filesystems', 'disks', disk)?.get('driver');
  if (code === null || driver === undefined)
    return Object.hasOwn(ownDisks, disk) ? (ownDisks[disk] ?? null) : null;
  return resolve(readValue(code, driver.value), path, scan.variables).text;
}

interface Use {
  evidence: Evidence;
  /** null: the default one. */
  disk: string | null;
}

const puts = ['put', 'putFile', 'putFileAs', 'writeStream', 'append', 'prepend'];

function storageUses(code: Code): Use[] {
  const use = (line: number, disk: string | null): Use => ({
    evidence: inFile(
      code.path,
      line,
      disk === null ? 'stores a file' : 'stores a file on a disk that it names',
    ),
    disk,
  });
  const facade = calls(code, ['Storage', ':', ':', oneOf(...puts)]).map(({ line }) => use(line, null));
  const disks = calls(code, ['Storage', ':', ':', oneOf('disk', 'drive')]).flatMap(
    ({ args: [name], line }) => {
      const text = textOf(code, name);
      return text === null ? [] : [use(line, text)];
    },
  );
  const stored = [
    ...fileCalls(code, 'store', 1),
    ...fileCalls(code, 'storeAs', 2),
    ...fileCalls(code, 'storePublicly', 1),
    ...fileCalls(code, 'storePubliclyAs', 2),
  ].map(({ line, disk }) => use(line, disk));
  return [...facade, ...disks, ...stored];
}

/** `$request->file('x')->store('path', 'disk')`; `store` of anything but a file is somebody else's. */
function fileCalls(code: Code, name: string, position: number) {
  return calls(code, ['-', '>', name]).flatMap(({ at: place, args, line }) => {
    const before = code.tokens.slice(Math.max(0, place - 8), place);
    const isFile = before.some(
      ({ kind, text }) =>
        kind === 'word' &&
        /file|photo|image|avatar|upload|document|attachment|picture|logo|media/i.test(text),
    );
    return isFile ? [{ line, disk: diskOf(code, args[position]) }] : [];
  });
}

/** `'s3'`, or `['disk' => 's3']`. */
function diskOf(code: Code, range: Range | undefined): string | null {
  const options = range === undefined ? null : entriesOf(code, range);
  return options === null ? textOf(code, range) : textOf(code, options.get('disk')?.value);
}

function textOf(code: Code, range: Range | undefined): string | null {
  const token = range === undefined ? undefined : code.tokens[range.from];
  return token?.kind === 'string' && token.plain ? token.text : null;
}

/** `$file->move(public_path('x'))`, `$image->save(public_path('x'))`: a path of the release given to what writes there. */
export function movedByHand(code: Code): Evidence[] {
  return calls(code, ['-', '>', oneOf('move', 'save', 'saveAs', 'toFile', 'storeExcel', 'copy')])
    .filter(
      ({ args: [target] }) =>
        target !== undefined &&
        find(code, [oneOf('public_path', 'storage_path', 'base_path')], target).length > 0,
    )
    .map(({ line }) => inFile(code.path, line, 'writes below the release'));
}

/** Whether the file handles what visitors send. */
const takesFiles = (code: Code): boolean =>
  find(code, ['-', '>', oneOf('file', 'allFiles'), '(']).length > 0 ||
  find(code, ['UploadedFile']).length > 0;

function packagesOf(scan: Scan): Evidence[] {
  const required = at(readJson(scan.repository, 'composer.json'), 'require');
  if (typeof required !== 'object' || required === null) return [];
  return mediaPackages
    .filter((name) => Object.hasOwn(required, name))
    .map((name) => inFile('composer.json', null, `${name} takes uploads`));
}
