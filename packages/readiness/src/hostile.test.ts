import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { corpus } from '../corpus/index.ts';
import { scan } from '../corpus/measure.ts';
import { scanRepository } from './scan-repository.ts';
import { isWorthReading, worthReading } from './worth-reading.ts';

const sample = (files: Record<string, string>, environment = {}) =>
  scan({ name: 'hostile', framework: null, files, environment, expected: {} as never });

describe('a tree that is made to harm', () => {
  test('takes time that grows with its length alone', () => {
    const deep = '('.repeat(20_000);
    const texts = [
      deep,
      '['.repeat(20_000) + ']'.repeat(20_000),
      'f('.repeat(10_000),
      'session({ a: '.repeat(10_000),
      "require('express-session')({".repeat(4_000),
      'a: &a [*a]\n'.repeat(5_000),
      `{"a":${'['.repeat(20_000)}`,
      `framework: ${'{a: '.repeat(10_000)}`,
      `x = ${'"'.repeat(40_000)}`,
      `<?php ${"define('A_KEY', ".repeat(8_000)}`,
      `<?php ${'$schedule->command('.repeat(6_000)}`,
      `SECRET_KEY = ${'os.environ.get("A", '.repeat(6_000)}`,
      `import { ${'a, '.repeat(10_000)} } from 'fs';`,
      'import a from "multer";\n'.repeat(4_000),
      'const s = process.env.A || '.repeat(4_000),
    ];
    const manifests = { 'package.json': '{"dependencies":{"express":"*"},"scripts":{"start":"x"}}' };
    for (const text of texts) {
      const trees: Record<string, string>[] = [
        { ...manifests, 'a.js': `import session from 'express-session';\n${text}` },
        { artisan: '', 'config/session.php': `<?php return [${text}`, 'app/a.php': `<?php ${text}` },
        { 'manage.py': 'import django', 'requirements.txt': 'django', 'x/settings.py': text },
        { 'app.py': `from flask import Flask\n${text}` },
        {
          'composer.json': '{"require":{"symfony/framework-bundle":"7"}}',
          'config/packages/framework.yaml': text,
          'composer.lock': text,
        },
        { 'package.json': text, 'index.php': `<?php ${text}`, 'wp-config.php': `<?php ${text}` },
      ];
      for (const files of trees) {
        const started = performance.now();
        sample(files);
        expect(performance.now() - started, text.slice(0, 40)).toBeLessThan(3_000);
      }
    }
  }, 60_000);

  test('whatever it holds, every point is answered', () => {
    const text = fc.oneof(
      fc.string(),
      fc
        .constantFrom(...corpus.flatMap(({ files }) => Object.values(files)))
        .chain((whole) => fc.nat(whole.length).map((at) => whole.slice(at))),
    );
    const path = fc.constantFrom(...corpus.flatMap(({ files }) => Object.keys(files)));
    void fc.assert(
      fc.property(fc.dictionary(path, text, { maxKeys: 6 }), (files) => {
        const { findings } = sample(files);
        for (const finding of Object.values(findings))
          expect(['ok', 'problem', 'unknown']).toContain(finding.status);
      }),
    );
  }, 20_000);

  test('an answer never holds a value of the environment, nor a text of the repository', () => {
    for (const each of corpus) {
      const marked = Object.fromEntries(
        Object.keys(each.environment ?? {}).map((name) => [name, `marker-${name}-value`]),
      );
      const said = JSON.stringify(sample(each.files, marked).findings);
      expect(said).not.toMatch(/marker-[A-Z_]+-value/);
      const own = JSON.stringify(scan(each).findings);
      for (const value of Object.values(each.environment ?? {}).filter((text) => text.length > 8))
        expect(own).not.toContain(value);
    }
  });

  test('names that would not look like what they are are not shown', () => {
    const long = 'A'.repeat(100_000);
    const files = {
      artisan: '',
      'composer.json': `{"require":{"laravel/framework":"12","drupal/core${long}":"1"}}`,
      'config/session.php': `<?php return ['driver' => env("X\u202e${long}", 'file')];`,
      'wp-content/plugins/wp-rocket/\u202e.txt': '',
      'config/app.php': `<?php return ['key' => env('${long}')];`,
    };
    const said = JSON.stringify(sample(files).findings);
    expect(said.length).toBeLessThan(8_000);
    expect(said).not.toContain('\u202e');
  });

  test('prototype keys are names like any others', () => {
    const { findings } = sample(
      {
        artisan: '',
        'composer.json': '{"require":{"__proto__":1,"constructor":"x"}}',
        'config/session.php': "<?php return ['driver' => env('__proto__', 'constructor')];",
      },
      { constructor: 'x' },
    );
    expect(findings.sessions.status).toBe('unknown');
  });
});

describe('what is read of a tree', () => {
  test.each([
    ['vendor/a.php', false],
    ['node_modules/x/index.js', false],
    ['public/app.min.js', false],
    ['src/a.test.ts', false],
    ['logo.png', false],
    ['a\u202egpj.php', false],
    ['a\nb.php', false],
    [`${'x/'.repeat(30)}a.php`, false],
    ['composer.json', true],
    ['src/a.ts', true],
    ['.env', true],
    ['.env.example', false],
    ['wp-content/plugins/x/x.php', true],
    ['wp-includes/load.php', false],
  ])('%s: %s', (path, worth) => expect(isWorthReading(path)).toBe(worth));

  test('what tells most comes first, and code that was not read is no proof of absence', () => {
    const many = Array.from({ length: 50 }, (_, n) => `deep/er/f${n}.php`);
    const chosen = worthReading([...many, 'index.php', 'composer.json', 'config/session.php', 'a.png']);
    expect(chosen).toHaveLength(53);
    expect(chosen.slice(0, 3).sort()).toEqual(['composer.json', 'config/session.php', 'index.php']);
    const files = { 'index.php': '<?php' };
    const tree = {
      commit: 'c'.repeat(40),
      paths: ['index.php'],
      files: [{ path: 'index.php', text: files['index.php'] }],
    };
    const facts = { buildCommand: null, startCommand: null, backends: 2, database: null };
    const answer = (unread: string[]) =>
      scanRepository({ tree: { ...tree, unread }, environment: {}, facts }).findings.uploads.status;
    expect(answer([])).toBe('ok');
    expect(answer(['big.js'])).toBe('ok');
    expect(answer(['big.php'])).toBe('unknown');
  });
});
