import { claimSetup, readSetupStatus } from '@fairlead/core';
import { claimSetupInput } from '@fairlead/core/schemas';
import { createRoute } from '@hono/zod-openapi';
import { body, createRouter, json, open, problems } from '../route.ts';
import { setupClaimedSchema, setupStatusSchema } from '../schemas/account.ts';

const tags = ['Setup'];

const status = createRoute({
  method: 'get',
  path: '/setup',
  operationId: 'readSetup',
  summary: 'Whether the first owner is still to come',
  tags,
  security: open,
  responses: { 200: json(setupStatusSchema, 'Open until the first owner came'), ...problems },
});

const claim = createRoute({
  method: 'post',
  path: '/setup',
  operationId: 'claimSetup',
  summary: 'Become the first owner, with the token that the console printed',
  tags,
  security: open,
  request: { body: body(claimSetupInput) },
  responses: { 201: json(setupClaimedSchema, 'Created; sign in next'), ...problems },
});

export const setupRoutes = createRouter()
  .openapi(status, async (c) => c.json(await readSetupStatus(c.var.ctx), 200))
  .openapi(claim, async (c) => c.json(await claimSetup(c.var.ctx, c.req.valid('json')), 201));
