// Generates the Prisma client, in no time when schema and Prisma are those of the last time.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const generated = join(root, 'packages/db/src/generated');
const stamp = join(generated, '.inputs');
const prismaPackage = createRequire(import.meta.url).resolve('prisma/package.json');

const inputs = createHash('sha256')
  .update(readFileSync(join(root, 'prisma/schema.prisma')))
  .update(readFileSync(prismaPackage))
  .digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== inputs) {
  const cli = join(dirname(prismaPackage), 'build/index.js');
  const config = join(root, 'prisma.config.ts');
  const { status } = spawnSync(process.execPath, [cli, 'generate', '--config', config], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status === 0) writeFileSync(stamp, inputs);
  process.exitCode = status ?? 1;
}
