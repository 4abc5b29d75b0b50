import { addBackend, configureBackend, removeBackend, toggleBackend } from '@fairlead/core';
import { addBackendBody, configureBackendBody, toggleBackendBody } from '@fairlead/core/schemas';
import { createRoute, z } from '@hono/zod-openapi';
import {
  appParams,
  backendParams,
  body,
  createRouter,
  idempotencyHeaders,
  json,
  problems,
} from '../route.ts';
import { acceptedSchema } from '../schemas/operation.ts';
import { actorOf } from '../variables.ts';

const tags = ['Backends'];
const accepted = { 202: json(acceptedSchema, 'Accepted: follow the operation'), ...problems };

const add = createRoute({
  method: 'post',
  path: '/apps/{appId}/backends',
  operationId: 'addBackend',
  summary: 'Put the app onto one more server',
  tags,
  request: { params: appParams, headers: idempotencyHeaders, body: body(addBackendBody) },
  responses: accepted,
});

const toggle = createRoute({
  method: 'patch',
  path: '/apps/{appId}/backends/{backendId}',
  operationId: 'toggleBackend',
  summary: 'Give a backend requests, or stop to',
  tags,
  request: { params: backendParams, headers: idempotencyHeaders, body: body(toggleBackendBody) },
  responses: accepted,
});

const configure = createRoute({
  method: 'patch',
  path: '/apps/{appId}/backends/{backendId}/options',
  operationId: 'configureBackend',
  summary: 'Change a backend’s share, its limits, or let it stand by',
  tags,
  request: { params: backendParams, headers: idempotencyHeaders, body: body(configureBackendBody) },
  responses: accepted,
});

const removalQuery = z.object({
  abandon: z.enum(['true', 'false']).optional().openapi({
    description: 'Forget it even where its server does not answer any more, with what lies on it.',
  }),
});

const remove = createRoute({
  method: 'delete',
  path: '/apps/{appId}/backends/{backendId}',
  operationId: 'removeBackend',
  summary: 'Drain a backend and take everything off its server',
  tags,
  request: { params: backendParams, headers: idempotencyHeaders, query: removalQuery },
  responses: accepted,
});

export const backendRoutes = createRouter()
  .openapi(add, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('json'), ...c.req.valid('param'), idempotencyKey };
    return c.json(await addBackend(c.var.ctx, actorOf(c), input), 202);
  })
  .openapi(toggle, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('json'), ...c.req.valid('param'), idempotencyKey };
    return c.json(await toggleBackend(c.var.ctx, actorOf(c), input), 202);
  })
  .openapi(configure, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('json'), ...c.req.valid('param'), idempotencyKey };
    return c.json(await configureBackend(c.var.ctx, actorOf(c), input), 202);
  })
  .openapi(remove, async (c) => {
    const abandon = c.req.valid('query').abandon === 'true';
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('param'), abandon, idempotencyKey };
    return c.json(await removeBackend(c.var.ctx, actorOf(c), input), 202);
  });
