import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCode } from './code.ts';
import { calls, find, string } from './find.ts';
import { languageOf, php } from './language.ts';
import { lex } from './lex.ts';

const code = (path: string, text: string) => readCode(path, text) ?? expect.fail('no source');
const words = (path: string, text: string) => code(path, text).tokens.map(({ text: token }) => token);

describe('what is commented out is not there', () => {
  test.each([
    ['a.php', '<?php\n// session_start();\n# session_start();\n/* session_start(); */\n$a = 1;'],
    ['a.php', 'session_start();\n<?php // session_start() ?> session_start(); <?php $a = 1;'],
    ['a.js', '// session()\n/* session()\n session() */ const a = 1'],
    ['a.py', '# session()\na = 1'],
  ])('%s %#', (path, text) => {
    expect(words(path, text)).not.toContain('session_start');
    expect(words(path, text)).not.toContain('session');
    expect(words(path, text)).toContain('1');
  });
  test('nor is what a string says', () => {
    expect(
      words('a.php', '<?php $a = "session_start();"; $b = <<<X\nsession_start();\n  X;\n$c = 1;'),
    ).toContain('$c');
    for (const [path, text] of [
      ['a.php', '<?php $a = "x \\" session_start();"; $b = <<<\'X\'\nsession_start();\nX;\n'],
      [
        'a.js',
        `const a = "session_start()"; const b = \`x \${\`y\`} session_start()\`; const c = /"session_start(/;`,
      ],
      ['a.py', 'a = """\nsession_start()\n"""\nb = r\'session_start()\''],
    ] as const) {
      expect(find(code(path, text), ['session_start'])).toEqual([]);
    }
  });
});

test('code after a string or comment is code again, on its own line', () => {
  const text = "<?php\n#[Route('/x')]\n$a = 'it\\'s'; // don't\n/*\n*/ session_start();";
  expect(calls(code('a.php', text), 'session_start')).toMatchObject([{ line: 5, args: [] }]);
  const script =
    "const a = /['\"]/.test(b) /* x */\nconst c = a / 2; const d = 'x' / 3\nstore('y', { z: [1, 2] }, 3)";
  expect(calls(code('a.ts', script), 'store')).toMatchObject([{ line: 3 }]);
  expect(calls(code('a.ts', script), 'store')[0]?.args).toHaveLength(3);
});

test('arguments are split at their own commas alone, and declarations are no calls', () => {
  const found = calls(code('a.js', 'function save(a, b) {}\nsave(f(1, 2), [3, 4])'), 'save');
  expect(found).toMatchObject([{ line: 2 }]);
  expect(found[0]?.args).toHaveLength(2);
  expect(find(code('a.php', "<?php ['a' => 'b']"), [string('a'), '=>', string()])).toHaveLength(1);
});

test('any text gives tokens, of lines that it has, in time that grows with its length', () => {
  const paths = ['a.php', 'a.js', 'a.py'];
  const pieces = [
    '<?php ',
    '?>',
    '/*',
    '*/',
    '//',
    '\n',
    '"',
    "'",
    '`',
    '${',
    '}',
    '/',
    '<<<A\n',
    'A',
    '"""',
    '\\',
    '(',
    ')',
    'x',
    '#',
    '[',
    ' ',
    '/[',
  ];
  void fc.assert(
    fc.property(
      fc.constantFrom(...paths),
      fc.array(fc.constantFrom(...pieces)).map((all) => all.join('')),
      (path, text) => {
        const { tokens } = code(path, text);
        const lines = text.split('\n').length;
        expect(tokens.every(({ line }, n) => line <= lines && line >= (tokens[n - 1]?.line ?? 1))).toBe(true);
      },
    ),
  );
  for (const piece of pieces) {
    const text = `<?php ${piece.repeat(100_000 / piece.length)}`;
    for (const path of paths) {
      const started = performance.now();
      code(path, text);
      expect(performance.now() - started, `${path} ${piece}`).toBeLessThan(4_000);
    }
  }
  expect(lex('', php)).toEqual([]);
  expect(languageOf('a.png')).toBeNull();
}, 30_000);
