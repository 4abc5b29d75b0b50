import { type Finding, inFile, ok, problem, unknown } from '../finding.ts';
import { absent, type Scan } from '../scan.ts';
import { type Code, lineAt } from '../source/code.ts';
import { calls, find } from '../source/find.ts';
import { imports } from './modules.ts';
import { pythonWrites } from './writes.ts';

const objectStores = ['boto3', 'minio', 'google', 'azure', 'cloudinary', 'aioboto3', 's3fs', 'flask_s3'];

/** Flask, FastAPI: where files go that come with a request. */
export function judgePythonUploads(scan: Scan, codes: readonly Code[]): Finding {
  const taken = codes.flatMap((code) =>
    [
      ...find(code, ['request', '.', 'files']),
      ...find(code, ['UploadFile']).filter((at) => code.tokens[at + 1]?.text !== ','),
    ].map((at) => inFile(code.path, lineAt(code, at), 'takes an upload')),
  );
  if (taken.length === 0) return absent(scan, 'Nothing takes uploads.');
  const files = new Set(taken.map(({ path }) => path));
  const kept = codes
    .filter(({ path }) => files.has(path))
    .flatMap((code) => [
      ...calls(code, '.save')
        .filter(({ args }) => args.length > 0 && !temporary(code, args[0]))
        .map(({ line }) => inFile(code.path, line, 'keeps an upload on the disk')),
      ...calls(code, 'shutil.copyfileobj').map(({ line }) =>
        inFile(code.path, line, 'keeps an upload on the disk'),
      ),
      ...pythonWrites(code),
    ]);
  if (kept.length > 0) return problem('Uploads are kept on the disk of the server that took them.', ...kept);
  const stored = imports(codes, objectStores, (name) => `${name} stores files`);
  return stored.length > 0
    ? ok('Uploads go to object storage.', ...stored)
    : unknown('Uploads are taken; where they go can’t be told from here.', ...taken);
}

const temporary = (code: Code, range: { from: number; to: number } | undefined) =>
  range !== undefined &&
  code.tokens
    .slice(range.from, range.to)
    .some(({ kind, text }) =>
      kind === 'string' ? text.startsWith('/tmp') : /^(?:tempfile|gettempdir|tmp|buffer|BytesIO)$/.test(text),
    );
