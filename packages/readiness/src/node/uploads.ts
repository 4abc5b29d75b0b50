import { type Evidence, type Finding, inFile, ok, problem, unknown } from '../finding.ts';
import { absent, type Scan } from '../scan.ts';
import type { Code, Range } from '../source/code.ts';
import { calls, find, oneOf } from '../source/find.ts';
import { entriesOf } from '../value/entries.ts';
import { importEvidence, importsOf } from './modules.ts';
import { fileWrites } from './state.ts';

const shared = [
  'multer-s3',
  '@aws-sdk/client-s3',
  '@aws-sdk/lib-storage',
  'aws-sdk',
  '@google-cloud/storage',
  '@azure/storage-blob',
  'minio',
  'cloudinary',
  '@vercel/blob',
  'uploadthing/server',
  'multer-storage-cloudinary',
];
const takers = [
  'multer',
  'busboy',
  'formidable',
  'express-fileupload',
  'multiparty',
  '@fastify/multipart',
  '@koa/multer',
  'koa-body',
  'connect-busboy',
];

/** Node.js: where what visitors send is put. */
export function judgeNodeUploads(scan: Scan, codes: readonly Code[]): Finding {
  const kept = [...codes.flatMap(keptByMulter), ...codes.flatMap(movedFiles), ...keptByFormidable(codes)];
  if (kept.length > 0) return problem('Uploads are kept on the disk of the server that took them.', ...kept);
  const taken = [
    ...importEvidence(codes, takers, (name) => `${name} takes uploads`),
    ...codes.flatMap(formFiles),
  ];
  if (taken.length === 0) return absent(scan, 'Nothing takes uploads.');
  const stored = importEvidence(codes, shared, (name) => `${name} stores files`);
  if (stored.length > 0) return ok('Uploads go to object storage.', ...stored);
  const written = codes.flatMap(fileWrites);
  const sameFile = written.filter(({ path }) => taken.some((each) => each.path === path));
  if (sameFile.length > 0)
    return problem('Uploads are kept on the disk of the server that took them.', ...sameFile, ...taken);
  const memory = codes.flatMap((code) =>
    calls(code, '.memoryStorage').map(({ line }) =>
      inFile(code.path, line, 'keeps uploads in memory while they are handled'),
    ),
  );
  return memory.length > 0
    ? ok('Uploads are kept in memory while they are handled, and on no disk.', ...memory)
    : unknown('Uploads are taken; where they go can’t be told from here.', ...taken);
}

/** `multer({ dest })`, `multer.diskStorage(…)`, Nest's `FileInterceptor('x', { dest })` and `MulterModule.register({ dest })`. */
function keptByMulter(code: Code): Evidence[] {
  const names = importsOf([code], 'multer', '@koa/multer').map(({ local }) => local ?? 'multer');
  const disk = find(code, [oneOf('diskStorage'), '(']).map((at) => code.tokens[at]?.line ?? 1);
  const withTarget = [
    ...names.flatMap((name) => calls(code, name)),
    ...calls(code, [
      oneOf('FileInterceptor', 'FilesInterceptor', 'FileFieldsInterceptor', 'AnyFilesInterceptor'),
    ]),
    ...calls(code, 'MulterModule.register'),
  ].filter(({ args }) => args.some((range) => hasKey(code, range, ['dest'])));
  return [...disk, ...withTarget.map(({ line }) => line)].map((line) =>
    inFile(code.path, line, 'keeps uploads on the disk'),
  );
}

/** express-fileupload's `file.mv('path')`. */
function movedFiles(code: Code): Evidence[] {
  const uses = find(code, ['.', oneOf('files')]).length > 0;
  return uses
    ? calls(code, '.mv').map(({ line }) => inFile(code.path, line, 'keeps an upload on the disk'))
    : [];
}

function keptByFormidable(codes: readonly Code[]): Evidence[] {
  return importsOf(codes, 'formidable', 'koa-body').flatMap(({ code, local, named }) => {
    const names = [local, ...named.values()].filter((name) => name !== null);
    return names.flatMap((name) =>
      calls(code, name)
        .filter(({ args }) => args.some((range) => hasKey(code, range, ['uploadDir', 'formidable'])))
        .map(({ line }) => inFile(code.path, line, 'keeps uploads on the disk')),
    );
  });
}

/** `formData.get('file')` whose bytes are read. */
function formFiles(code: Code): Evidence[] {
  if (find(code, ['.', 'formData', '(']).length === 0 && find(code, ['FormData']).length === 0) return [];
  return calls(code, '.arrayBuffer').map(({ line }) => inFile(code.path, line, 'reads an upload'));
}

export function hasKey(code: Code, range: Range, keys: readonly string[]): boolean {
  const entries = entriesOf(code, range);
  return entries !== null && keys.some((key) => entries.has(key));
}
