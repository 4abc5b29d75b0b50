import type { Prisma } from '@fairlead/db';

/** Operations that wait or run, but for deployments that wait for the end of a canary: those keep nobody from anything (`claimOperation`). */
export const isActive = {
  status: { in: ['queued', 'running'] as string[] },
  NOT: {
    status: 'queued',
    kind: 'app.deploy',
    app: { deployments: { some: { status: 'canary' } } },
  },
} satisfies Prisma.OperationWhereInput;
