import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ansibleFolder } from './places.ts';

/** A secret that is made once and kept in a file (0600). */
function keptSecret(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

/** What both processes of a control plane on this machine are told. */
export function controlPlaneEnvironment(options: {
  dataDir: string;
  databaseUrl: string;
  url: string;
}): Record<string, string> {
  return {
    DATABASE_URL: options.databaseUrl,
    FAIRLEAD_SECRET_KEY: keptSecret(join(options.dataDir, 'secret-key')),
    FAIRLEAD_QUEUE: 'postgres',
    FAIRLEAD_URL: options.url,
    FAIRLEAD_ANSIBLE_DIR: ansibleFolder,
    FAIRLEAD_ALLOW_PRIVATE_REPOSITORIES: '1',
  };
}
