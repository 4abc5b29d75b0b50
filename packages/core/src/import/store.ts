import type { Server } from '@fairlead/db';
import type { LoadedFile } from '@fairlead/nginx';
import * as z from 'zod';
import { nginxReadingBinding } from '../bindings.ts';
import type { Context } from '../context.ts';
import { announce, type Transaction } from '../events.ts';

/** A file with the hash of its bytes. */
export interface ReadFile extends LoadedFile {
  sha256: string;
}

/** What the Nginx of a server loads beside Fairlead's own files. */
export interface NginxReading {
  files: ReadFile[];
  leftOut: { path: string; why: string }[];
  readAt: Date;
}

const filesSchema = z.array(z.object({ path: z.string(), sha256: z.string(), content: z.string() }));
const leftOutSchema = z.array(z.object({ path: z.string(), why: z.string() }));

/** Keeps the last reading of a server, sealed: configs of other sites may hold passwords. */
export async function storeNginxReading(
  ctx: Pick<Context, 'cipher' | 'prisma' | 'clock'>,
  { id: serverId, organizationId }: Pick<Server, 'id' | 'organizationId'>,
  { files, leftOut }: Omit<NginxReading, 'readAt'>,
): Promise<void> {
  const text = JSON.stringify(files);
  const row = {
    filesCipher: ctx.cipher.encrypt(text, nginxReadingBinding(organizationId, serverId)),
    leftOut,
    readAt: ctx.clock(),
  };
  await ctx.prisma.$transaction(async (tx) => {
    await tx.nginxReading.upsert({ where: { serverId }, create: { serverId, ...row }, update: row });
    await announce(tx, organizationId, 'server', serverId);
  });
}

/** The last reading of a server; null before the first. */
export async function readNginxReading(
  tx: Transaction,
  cipher: Context['cipher'],
  { id: serverId, organizationId }: Pick<Server, 'id' | 'organizationId'>,
): Promise<NginxReading | null> {
  const row = await tx.nginxReading.findUnique({ where: { serverId } });
  if (row === null) return null;
  const text = cipher.decrypt(row.filesCipher, nginxReadingBinding(organizationId, serverId)).reveal();
  return {
    files: filesSchema.parse(JSON.parse(text)),
    leftOut: leftOutSchema.parse(row.leftOut),
    readAt: row.readAt,
  };
}
