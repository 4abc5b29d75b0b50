import { Secret } from '@fairlead/errors';
import { bracketed } from '@fairlead/nginx';

/** The keys that Fairlead writes into the environment of an app with a Redis of its own. */
export const redisEnvironmentKeys = [
  'REDIS_URL',
  'REDIS_HOST',
  'REDIS_PORT',
  'REDIS_USERNAME',
  'REDIS_PASSWORD',
] as const;

/**
 * The account for one backend, by the names that Laravel's `config/database.php` reads, and as the URL that clients of Node.js, Python and Ruby take. The URL
 * names no database: Laravel keeps its cache in another one than its queues, which a number there would override, and clearing the cache would clear both.
 */
export function redisEnvironment(
  { port, user }: { port: number; user: string },
  host: string,
  password: Secret | null,
): Record<string, string | Secret> {
  const generated = { REDIS_HOST: host, REDIS_PORT: String(port), REDIS_USERNAME: user };
  if (password === null) return generated;
  const credentials = `${user}:${encodeURIComponent(password.reveal())}`;
  return {
    REDIS_URL: new Secret(`redis://${credentials}@${bracketed(host)}:${port}`),
    ...generated,
    REDIS_PASSWORD: password,
  };
}
