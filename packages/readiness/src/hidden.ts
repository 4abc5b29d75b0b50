import { dependencies } from './node/modules.ts';
import { packages } from './python/modules.ts';
import { at, isObject, readJson } from './repository.ts';
import type { FrameworkName, Scan } from './scan.ts';

/** Frameworks and whole products whose own code, installed and not in the repository, keeps sessions, files and caches by settings that are not known here. */
const foreign = {
  php: /^(?:drupal\/core|codeigniter4\/framework|cakephp\/cakephp|yiisoft\/yii2$|laminas\/laminas-mvc|typo3\/cms-core|magento\/|shopware\/core|october\/|craftcms\/cms|statamic\/cms|joomla\/|prestashop\/|phalcon\/)/,
  python:
    /^(?:odoo|tornado|pyramid|web2py|plone|ckan|apache-superset|apache-airflow|nautobot|bottle|cherrypy|masonite)$/,
  node: /^(?:@adonisjs\/core|sails|@strapi\/strapi|ghost|payload|directus|@keystone-6\/core|meteor-node-stubs|@medusajs\/medusa|@feathersjs\/feathers|total4|thinkjs|@redwoodjs\/core)$/,
} as const;

/** Why what is not found may be there all the same; null where all that matters was read. */
export function hiddenIn(scan: Scan, framework: FrameworkName | null): string | null {
  const family = familyOf(framework);
  if (family === null) return null;
  const found = requiredBy(scan, family).find((name) => foreign[family].test(name));
  if (found !== undefined) return `What ${found} does by itself can’t be told from here.`;
  return scan.repository.unread.some((path) => codeOf[family].test(path))
    ? 'The repository is too large to be read whole, and in what was read nothing tells.'
    : null;
}

type Family = keyof typeof foreign;

const codeOf: Record<Family, RegExp> = {
  php: /\.(?:php|phtml|inc)$/,
  python: /\.py$/,
  node: /\.(?:[cm]?[jt]s|[jt]sx)$/,
};

function familyOf(framework: FrameworkName | null): Family | null {
  switch (framework) {
    case 'laravel':
    case 'wordpress':
    case 'symfony':
    case 'php':
      return 'php';
    case 'django':
    case 'flask':
    case 'python':
      return 'python';
    case 'next':
    case 'nest':
    case 'fastify':
    case 'express':
    case 'node':
      return 'node';
    case 'static':
    case null:
      return null;
  }
}

function requiredBy(scan: Scan, family: Family): string[] {
  if (family === 'python') return [...packages(scan)];
  if (family === 'node') return [...dependencies(scan)];
  const required = at(readJson(scan.repository, 'composer.json'), 'require');
  return isObject(required) ? Object.keys(required) : [];
}
