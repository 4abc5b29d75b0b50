const longest = 31;

/** Names that mean something on hosts, in paths, units or Nginx. */
const reserved = new Set([
  'admin',
  'app',
  'base',
  'current',
  'daemon',
  'default',
  'fairlead',
  'health',
  'host',
  'http',
  'localhost',
  'mysql',
  'nginx',
  'nobody',
  'postgres',
  'releases',
  'root',
  'server',
  'shared',
  'ssh',
  'static',
  'stream',
  'sys',
  'systemd',
  'upstream',
  'www-data',
]);

/** What an app is called on hosts: `[a-z][a-z0-9-]{0,30}`, never a reserved word. */
export function slugOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const slug = (/^[a-z]/.test(plain) ? plain : `app-${plain}`).slice(0, longest).replace(/-+$/, '');
  return reserved.has(slug) ? `${slug}-app` : slug;
}

/** The slug, or the first of `slug-2`, `slug-3`, … that is not `taken`. */
export function freeSlug(name: string, taken: ReadonlySet<string>): string {
  const slug = slugOf(name);
  if (!taken.has(slug)) return slug;
  for (let n = 2; ; n += 1) {
    const candidate = `${slug.slice(0, longest - 1 - String(n).length).replace(/-+$/, '')}-${n}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/** Name of the app's database and of its user: the slug with underscores, as both engines take it unquoted. */
export function databaseNameOf(slug: string): string {
  return slug.replaceAll('-', '_');
}
