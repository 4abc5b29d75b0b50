import { importConfig, listImports, readSites } from '@fairlead/core';
import { importBody } from '@fairlead/core/schemas';
import { createRoute } from '@hono/zod-openapi';
import { appParams, body, createRouter, idempotencyHeaders, json, problems } from '../route.ts';
import { importListSchema } from '../schemas/import.ts';
import { acceptedSchema } from '../schemas/operation.ts';
import { actorOf } from '../variables.ts';

const tags = ['Imports'];

const list = createRoute({
  method: 'get',
  path: '/apps/{appId}/imports',
  operationId: 'listImports',
  summary:
    'What the balancer’s Nginx serves beside Fairlead’s own, as it was read last, and what an import would make of it',
  tags,
  request: { params: appParams },
  responses: { 200: json(importListSchema, 'Files with server blocks'), ...problems },
});

const read = createRoute({
  method: 'post',
  path: '/apps/{appId}/imports/read',
  operationId: 'readSites',
  summary: 'Read anew what the balancer’s Nginx loads; changes nothing there',
  tags,
  request: { params: appParams, headers: idempotencyHeaders },
  responses: { 202: json(acceptedSchema, 'Accepted: follow the operation'), ...problems },
});

const take = createRoute({
  method: 'post',
  path: '/apps/{appId}/imports',
  operationId: 'importConfig',
  summary: 'Make what a file says the app’s, and the app’s front take the place of the file',
  tags,
  request: { params: appParams, headers: idempotencyHeaders, body: body(importBody) },
  responses: { 202: json(acceptedSchema, 'Accepted: follow the operation'), ...problems },
});

export const importRoutes = createRouter()
  .openapi(list, async (c) => c.json(await listImports(c.var.ctx, actorOf(c), c.req.valid('param')), 200))
  .openapi(read, async (c) => {
    const input = { ...c.req.valid('param'), idempotencyKey: c.req.valid('header')['idempotency-key'] };
    return c.json(await readSites(c.var.ctx, actorOf(c), input), 202);
  })
  .openapi(take, async (c) => {
    const input = {
      ...c.req.valid('json'),
      ...c.req.valid('param'),
      idempotencyKey: c.req.valid('header')['idempotency-key'],
    };
    return c.json(await importConfig(c.var.ctx, actorOf(c), input), 202);
  });
