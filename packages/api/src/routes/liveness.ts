import { readLiveness } from '@fairlead/core';
import { createRoute } from '@hono/zod-openapi';
import { createRouter, json, open } from '../route.ts';
import { controlPlaneHealthSchema } from '../schemas/account.ts';

const live = createRoute({
  method: 'get',
  path: '/health',
  operationId: 'readLiveness',
  summary: 'Whether the control plane itself is well',
  tags: ['Control plane'],
  security: open,
  responses: {
    200: json(controlPlaneHealthSchema, 'The database answers'),
    503: json(controlPlaneHealthSchema, 'The database does not answer'),
  },
});

export const livenessRoutes = createRouter().openapi(live, async (c) => {
  const { database, worker } = await readLiveness(c.var.ctx);
  return c.json({ ok: database, version: c.var.options.version, database, worker }, database ? 200 : 503);
});
