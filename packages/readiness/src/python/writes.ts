import { type Evidence, inFile } from '../finding.ts';
import { type Code, isMark, type Range } from '../source/code.ts';
import { calls, find, oneOf } from '../source/find.ts';

/** Where Python writes files that are meant to last: `open(x, 'w')`, `Path.write_text`. */
export function pythonWrites(code: Code): Evidence[] {
  const opened = calls(code, 'open').filter(({ at, args: [path, mode] }) => {
    // `gzip.open` and `image.open` are somebody else's, `io.open` is not.
    if (isMark(code, at - 1, '.') && !['io', 'aiofiles'].includes(code.tokens[at - 2]?.text ?? ''))
      return false;
    return mode !== undefined && writesBy(code, mode) && path !== undefined && !goesAway(code, path);
  });
  const written = find(code, ['.', oneOf('write_text', 'write_bytes'), '(']).filter(
    (at) => !goesAway(code, { from: Math.max(0, at - 8), to: at }),
  );
  return [
    ...opened.map(({ line }) => inFile(code.path, line, 'opens a file for writing')),
    ...written.map((at) => inFile(code.path, code.tokens[at]?.line ?? 1, 'writes a file')),
  ];
}

function writesBy(code: Code, { from, to }: Range): boolean {
  const named = code.tokens[from]?.text === 'mode' && isMark(code, from + 1, '=');
  const mode = code.tokens[named ? from + 2 : from];
  return from < to && mode?.kind === 'string' && /^[wax]/.test(mode.text);
}

function goesAway(code: Code, { from, to }: Range): boolean {
  return code.tokens
    .slice(from, Math.min(to, from + 40))
    .some(({ kind, text }) =>
      kind === 'string'
        ? /^(?:\/tmp\b|\/var\/tmp\b|\/dev\/)/.test(text)
        : /^(?:tempfile|gettempdir|mkstemp|mkdtemp|tmp|tmp_path|temp|temp_path|temp_dir|tmpdir|NamedTemporaryFile)$/.test(
            text,
          ),
    );
}
