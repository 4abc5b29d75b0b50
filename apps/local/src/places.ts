import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const repositoryRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
/** What `npm run build` leaves behind. */
export const webServer = join(repositoryRoot, 'apps/web/.next/standalone/apps/web/server.js');
export const workerProgram = join(repositoryRoot, 'apps/worker/dist/main.js');
export const ansibleFolder = join(repositoryRoot, 'ansible');
