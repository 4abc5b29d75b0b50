import type { App, Backend, Server } from '@fairlead/db';
import type { TestControlPlane } from './control-plane.ts';

/** An app's rows as after its first deployment, with one backend on each server; nothing runs anywhere. */
export async function addServingApp(
  plane: TestControlPlane,
  servers: readonly Server[],
  columns: { healthIntervalMs?: number } = {},
): Promise<{ app: App; backends: Backend[] }> {
  const { prisma } = plane.database;
  const [primary] = servers;
  if (primary === undefined) throw new Error('an app needs a server');
  const app = await prisma.app.create({
    data: {
      organizationId: plane.actor.organizationId,
      name: 'Notes',
      slug: 'notes',
      slot: 0,
      repositoryUrl: 'https://git.example.com/notes.git',
      branch: 'main',
      runtime: 'static',
      port: 20_000,
      status: 'live',
      primaryServerId: primary.id,
      loadBalancer: { create: { balancerServerId: primary.id, enabled: true, status: 'on', generation: 1 } },
      ...columns,
    },
  });
  const backends = await Promise.all(
    servers.map((server, index) =>
      prisma.backend.create({
        data: {
          appId: app.id,
          serverId: server.id,
          role: index === 0 ? 'primary' : 'replica',
          state: 'active',
          address: server.ipAddress ?? '',
          releaseId: '01900000-0000-7000-8000-000000000000',
        },
      }),
    ),
  );
  return { app, backends };
}
