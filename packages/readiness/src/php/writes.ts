import { type Evidence, inFile } from '../finding.ts';
import type { Code, Range } from '../source/code.ts';
import { calls, find, oneOf, string } from '../source/find.ts';
import type { Token } from '../source/token.ts';

const isTemporary = (token: Token) =>
  (token.kind === 'string' && /^(?:\/tmp\b|\/var\/tmp\b|\/dev\/|php:\/\/|https?:)/.test(token.text)) ||
  (token.kind === 'word' && /^(?:sys_get_temp_dir|tempnam|tmpfile|STDERR|STDOUT|STDIN)$/.test(token.text));

/** Whether what is written goes away with the process anyway. */
function goesAway(code: Code, range: Range | undefined): boolean {
  if (range === undefined) return false;
  return code.tokens.slice(range.from, Math.min(range.to, range.from + 60)).some(isTemporary);
}

/** Where files are written that are meant to last. */
export function phpWrites(code: Code): Evidence[] {
  const puts = calls(code, 'file_put_contents').filter(({ args }) => !goesAway(code, args[0]));
  const opened = calls(code, 'fopen').filter(({ args: [path, mode] }) => {
    const text = mode === undefined ? '' : (code.tokens[mode.from]?.text ?? '');
    return /^[waxc]/.test(text) && !goesAway(code, path);
  });
  const moved = find(code, [oneOf('imagejpeg', 'imagepng', 'imagewebp'), '(']).filter((at) =>
    code.tokens.slice(at, at + 12).some((token) => token.kind === 'string' && /[./]/.test(token.text)),
  );
  return [
    ...puts.map(({ line }) => inFile(code.path, line, 'writes a file')),
    ...opened.map(({ line }) => inFile(code.path, line, 'opens a file for writing')),
    ...moved.map((at) => inFile(code.path, code.tokens[at]?.line ?? 1, 'writes a picture')),
  ];
}

/** Where an uploaded file is put on the disk. */
export function phpUploads(code: Code): Evidence[] {
  const moved = calls(code, 'move_uploaded_file').map(({ line }) =>
    inFile(code.path, line, 'keeps an upload on the disk'),
  );
  const copied = calls(code, 'copy')
    .filter(({ args: [from] }) => from !== undefined && find(code, ['$_FILES'], from).length > 0)
    .map(({ line }) => inFile(code.path, line, 'keeps an upload on the disk'));
  // PSR-7's UploadedFileInterface
  const psr = calls(code, ['-', '>', 'moveTo']).map(({ line }) =>
    inFile(code.path, line, 'keeps an upload on the disk'),
  );
  return [...moved, ...copied, ...psr];
}

/** Where uploads come in. */
export const phpReceives = (code: Code): Evidence[] =>
  find(code, ['$_FILES', '[', string()]).map((at) =>
    inFile(code.path, code.tokens[at]?.line ?? 1, 'takes an upload'),
  );
