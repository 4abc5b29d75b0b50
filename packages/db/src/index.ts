export { Cipher, type CipherBinding, deriveKey } from './cipher.ts';
export { createDatabase, type Database, type DatabaseOptions } from './database.ts';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './embedded/embedded-postgres.ts';
export { defaultDataDir } from './embedded/folder.ts';
export { isForeignKeyViolation, isNotFound, isSerializationFailure, uniqueViolation } from './failures.ts';
export type * from './generated/client.ts';
export { Prisma, PrismaClient } from './generated/client.ts';
export { acquireLeases, type HeldLeases, releaseLeases, renewLeases } from './leases.ts';
export { type Listener, type ListenOptions, listen } from './listen.ts';
export { type MigrateOptions, migrate } from './migrate.ts';
export { type ChangeEvent, notify, notifyChannel } from './notify.ts';
export { forOrganization, type OrganizationPrisma } from './organization-scope.ts';
