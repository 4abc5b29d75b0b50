import { importsOf } from './node/modules.ts';
import { packages } from './python/modules.ts';
import { at, isObject, readJson } from './repository.ts';
import type { FrameworkName, Scan } from './scan.ts';
import { find, oneOf } from './source/find.ts';

/** What an app is made with; null where nothing is recognised. */
export function detectFramework(scan: Scan): FrameworkName | null {
  return detectPhp(scan) ?? detectPython(scan) ?? detectNode(scan) ?? detectStatic(scan);
}

const keysAt = (value: unknown, key: string) => {
  const inner = at(value, key);
  return isObject(inner) ? Object.keys(inner) : [];
};

function detectPhp({ repository }: Scan): FrameworkName | null {
  const required = keysAt(readJson(repository, 'composer.json'), 'require');
  const has = (path: string) => repository.paths.has(path);
  if (required.includes('laravel/framework') || has('artisan')) return 'laravel';
  if (required.some((name) => /^(?:roots\/wordpress|johnpbloch\/wordpress)/.test(name))) return 'wordpress';
  const isWordPress =
    /^(?:(?:public|web|www|html|htdocs)\/)?(?:wp-config(?:-sample)?\.php$|wp-includes\/|wp-content\/|wp-load\.php$)/;
  if ([...repository.paths].some((path) => isWordPress.test(path))) return 'wordpress';
  if (required.includes('symfony/framework-bundle')) return 'symfony';
  const serves = ['index.php', 'public/index.php', 'web/index.php', 'www/index.php'].some(has);
  return serves ? 'php' : null;
}

function detectPython(scan: Scan): FrameworkName | null {
  const { repository } = scan;
  const required = packages(scan);
  const codes = repository.codes(/\.py$/);
  if (codes.length === 0) return null;
  const isDjango = [...repository.paths].some((path) => /^(?:[^/]+\/)?manage\.py$/.test(path));
  if (
    isDjango &&
    (required.has('django') ||
      codes.some((code) => find(code, [oneOf('import', 'from'), 'django']).length > 0))
  )
    return 'django';
  if (
    codes.some(
      (code) => find(code, ['from', 'flask', 'import']).length + find(code, ['import', 'flask']).length > 0,
    )
  )
    return 'flask';
  const manifest = required.size > 0;
  return manifest && !repository.paths.has('package.json') ? 'python' : null;
}

function detectNode(scan: Scan): FrameworkName | null {
  const manifest = readJson(scan.repository, 'package.json');
  if (manifest === null) return null;
  const required = keysAt(manifest, 'dependencies');
  if (required.includes('next')) return 'next';
  if (required.includes('@nestjs/core')) return 'nest';
  if (required.includes('fastify')) return 'fastify';
  if (required.includes('express')) return 'express';
  const scripts = at(manifest, 'scripts');
  const starts =
    typeof at(scripts, 'start') === 'string' ||
    typeof manifest.main === 'string' ||
    scan.facts.startCommand !== null;
  const codes = scan.repository.codes(/\.[cm]?[jt]s$/);
  const serves =
    importsOf(
      codes,
      'http',
      'node:http',
      'https',
      'node:https',
      'koa',
      '@hapi/hapi',
      'hono',
      '@hono/node-server',
    ).length > 0;
  return starts || serves ? 'node' : null;
}

function detectStatic({ repository }: Scan): FrameworkName | null {
  const pages = ['index.html', 'public/index.html', 'dist/index.html', 'web/index.html', 'src/index.html'];
  const built = isObject(at(readJson(repository, 'package.json'), 'scripts'));
  return built || pages.some((path) => repository.paths.has(path)) ? 'static' : null;
}
