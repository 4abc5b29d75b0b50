import { Prisma } from './generated/client.ts';

interface AdapterCause {
  originalCode?: string;
  code?: string;
  table?: string;
  constraint?: { fields?: string[]; index?: string };
}

function knownError(error: unknown): Prisma.PrismaClientKnownRequestError | undefined {
  return error instanceof Prisma.PrismaClientKnownRequestError ? error : undefined;
}

/** What Postgres said; the shape is that of `@prisma/driver-adapter-utils`' `MappedError`. */
function adapterCause(error: Prisma.PrismaClientKnownRequestError): AdapterCause {
  const adapterError = error.meta?.driverAdapterError as { cause?: AdapterCause } | undefined;
  return adapterError?.cause ?? {};
}

function sqlState(error: Prisma.PrismaClientKnownRequestError): string | undefined {
  const { originalCode, code } = adapterCause(error);
  return originalCode ?? code;
}

/** Postgres names the index, and Prisma names indexes `<table>_<column>_<column>_key`; our columns have no underscore. */
function columnsOfIndex(table: string, index: string): string[] {
  const [prefix, suffix] = [`${table}_`, '_key'];
  if (!index.startsWith(prefix) || !index.endsWith(suffix)) return [];
  return index.slice(prefix.length, -suffix.length).split('_');
}

/**
 * The columns whose combination exists already, in the constraint's order: `['organizationId', 'name']`; none for a primary key.
 *
 * @returns `undefined` where the error is no unique violation
 */
export function uniqueViolation(error: unknown): string[] | undefined {
  const known = knownError(error);
  if (known?.code !== 'P2002') return undefined;
  const { table = '', constraint } = adapterCause(known);
  return constraint?.fields ?? columnsOfIndex(table, constraint?.index ?? '');
}

/** A row that an update, a delete or `…OrThrow` asked for is not there. */
export function isNotFound(error: unknown): boolean {
  return knownError(error)?.code === 'P2025';
}

/** A row points to one that is not there, or is still pointed to. */
export function isForeignKeyViolation(error: unknown): boolean {
  const known = knownError(error);
  return known?.code === 'P2003' || known?.code === 'P2014';
}

/** The transaction lost to another one (serialization failure or deadlock): run it again. */
export function isSerializationFailure(error: unknown): boolean {
  const known = knownError(error);
  if (known === undefined) return false;
  return known.code === 'P2034' || ['40001', '40P01'].includes(sqlState(known) ?? '');
}
