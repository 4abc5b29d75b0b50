import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { words } from '../testing/arbitraries.ts';
import { parseConfig } from './parse.ts';
import { quote, serialise } from './serialise.ts';
import { block, type ConfigNode, comment, directive } from './tree.ts';

const remarks = words.map((text) => comment(text.replaceAll(/[\r\n]/g, '').trim()));
const { tree } = fc.letrec<{ node: ConfigNode; tree: ConfigNode[] }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.tuple(words, fc.array(words)).map(([name, args]) => directive(name, ...args)),
    remarks,
    fc
      .tuple(words, fc.array(words), tie('tree'))
      .map(([name, args, children]) => block(name, args, ...children)),
  ),
  tree: fc.array(tie('node'), { maxLength: 5 }),
}));

describe('the serialiser', { timeout: 60_000 }, () => {
  it('writes trees that parse back to themselves, whatever their words', () => {
    fc.assert(
      fc.property(tree, (nodes) => {
        expect(parseConfig(serialise(nodes))).toEqual(nodes);
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same bytes again', () => {
    fc.assert(fc.property(tree, (nodes) => serialise(parseConfig(serialise(nodes))) === serialise(nodes)));
  });

  it.each([
    ['80', '80'],
    ['$host:$server_port', '$host:$server_port'],
    ['', '""'],
    ['\\.php$', '\\.php$'],
    ['two words', '"two words"'],
    ['a;b', '"a;b"'],
    ['{"at":$msec}', `'{"at":$msec}'`],
    [`'"`, `"'\\""`],
    ['line\n', '"line\\n"'],
    ['C:\\new', '"C:\\\\new"'],
    ['end\\', '"end\\\\"'],
  ])('quotes %j as %s', (argument, written) => {
    expect(quote(argument)).toBe(written);
  });

  it('refuses what Nginx can’t read', () => {
    expect(() => quote('a\u0000b')).toThrow(/control character/);
    expect(() => serialise([comment('one\ntwo')])).toThrow(/two lines/);
  });
});

describe('the parser', { timeout: 60_000 }, () => {
  it('reads what others write', () => {
    const text = `user www-data;events{worker_connections 768;} # tuned
http{ server{listen 80 default_server;location ~ "\\.php$"{fastcgi_param X 'it\\'s';}set $x \${host}y;}}`;
    expect(parseConfig(text)).toEqual([
      directive('user', 'www-data'),
      block('events', [], directive('worker_connections', 768)),
      comment('tuned'),
      block(
        'http',
        [],
        block(
          'server',
          [],
          directive('listen', 80, 'default_server'),
          block('location', ['~', '\\.php$'], directive('fastcgi_param', 'X', "it's")),
          // biome-ignore lint/suspicious/noTemplateCurlyInString: Nginx's own
          directive('set', '$x', '${host}y'),
        ),
      ),
    ]);
  });

  it.each(['a', 'a {', '}', 'a; }', 'a } b;', '{ }', ';', 'a "b;', "a 'b\n;", 'a "b"c;'])(
    'refuses %j',
    (text) => {
      expect(() => parseConfig(text)).toThrow(/can.t be read/);
    },
  );

  it('names the line', () => {
    expect(() => parseConfig('a;\nb "c;\n')).toThrow(/line 2/);
  });
});
