import { createHash } from 'node:crypto';
import { loadFleet } from '@fairlead/core';
import type { PrismaClient, Server } from '@fairlead/db';
import { renderBackend, renderBackendGrpc } from '@fairlead/nginx';
import type { HostResult } from '@fairlead/remote';
import { provenState } from '../fleet.ts';
import { nginxOf } from '../hosts/nginx.ts';

/** One difference on one server, as it is stored. */
export interface Finding {
  appId: string;
  kind: 'file' | 'rule' | 'grant';
  subject: string;
  generation: number | null;
  expected: string | null;
  actual: string | null;
}

type Seen = HostResult<'drift'>;

/** What the host program saw, told of the apps that the organization has; what it put there of a removed app is nobody's difference. */
export async function findingsOf(prisma: PrismaClient, server: Server, seen: Seen): Promise<Finding[]> {
  const { files: texts, certificates, rules, grants, units } = seen;
  const slugs = [...texts, ...certificates, ...rules, ...(grants ?? []), ...units].map(({ app }) => app);
  if (slugs.length === 0) return [];
  const apps = await prisma.app.findMany({
    where: { organizationId: server.organizationId, slug: { in: slugs }, removing: false },
    select: { id: true, slug: true },
  });
  const idOf = new Map(apps.map(({ slug, id }) => [slug, id]));
  const lists = [
    ...rules.map((sides) => ({ ...sides, kind: 'rule' as const, subject: 'firewall' })),
    ...(grants ?? []).map((sides) => ({ ...sides, kind: 'grant' as const, subject: sides.engine })),
  ];
  const files = await Promise.all(
    texts.map(async (file): Promise<Finding[]> => {
      const appId = idOf.get(file.app);
      if (appId === undefined) return [];
      const { path: subject, generation, present, content } = file;
      const expected = await textOf(prisma, server, appId, file);
      return [{ appId, kind: 'file', subject, generation, expected, actual: present ? content : '' }];
    }),
  );
  return [
    ...files.flat(),
    ...certificates.flatMap(({ app, path: subject, expected, actual }): Finding[] => {
      const appId = idOf.get(app);
      const sides = { expected: `${expected}\n`, actual: actual === null ? '' : `${actual}\n` };
      return appId === undefined ? [] : [{ appId, kind: 'file', subject, generation: null, ...sides }];
    }),
    ...units.flatMap(({ app, path: subject, expected, actual }): Finding[] => {
      const appId = idOf.get(app);
      const sides = { expected, actual: actual ?? '' };
      return appId === undefined ? [] : [{ appId, kind: 'file', subject, generation: null, ...sides }];
    }),
    ...lists.flatMap(({ app, kind, subject, expected, actual }): Finding[] => {
      const appId = idOf.get(app);
      const text = (lines: string[]) => lines.map((line) => `${line}\n`).join('');
      return appId === undefined
        ? []
        : [{ appId, kind, subject, generation: null, expected: text(expected), actual: text(actual) }];
    }),
  ];
}

/** The text that was applied: of a front and of streams as it is kept, of a backend's file rendered again. Null where that gives another hash. */
async function textOf(
  prisma: PrismaClient,
  server: Server,
  appId: string,
  { kind, generation, sha256 }: Seen['files'][number],
): Promise<string | null> {
  if (kind === 'stream') {
    const row = await prisma.appliedConfig.findFirst({
      where: { loadBalancer: { appId }, generation },
      select: { streams: true },
    });
    const text = row?.streams ?? null;
    return text !== null && hashOf(text) === sha256 ? text : null;
  }
  if (kind === 'front') {
    const row = await prisma.appliedConfig.findFirst({
      where: { loadBalancer: { appId }, generation, sha256 },
      select: { content: true },
    });
    return row?.content ?? null;
  }
  const { backends } = provenState(await loadFleet(prisma, appId));
  const { spec = null, grpc = null } = backends.find(({ serverId }) => serverId === server.id) ?? {};
  const site = () => (spec === null ? null : renderBackend({ ...spec, generation }, nginxOf(server)));
  const calls = () => (grpc === null ? null : renderBackendGrpc({ ...grpc, generation }));
  const rendered = kind === 'grpc' ? calls() : site();
  return rendered?.sha256 === sha256 ? rendered.content : null;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
