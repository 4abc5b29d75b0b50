import { adoptDrift, listDrift, putBack } from '@fairlead/core';
import { createRoute } from '@hono/zod-openapi';
import { appParams, createRouter, driftParams, idempotencyHeaders, json, problems } from '../route.ts';
import { driftListSchema } from '../schemas/drift.ts';
import { acceptedSchema } from '../schemas/operation.ts';
import { actorOf } from '../variables.ts';

const tags = ['Drift'];

const list = createRoute({
  method: 'get',
  path: '/apps/{appId}/drift',
  operationId: 'listDrift',
  summary: 'What was changed by hand on an app’s servers, with both sides',
  tags,
  request: { params: appParams },
  responses: { 200: json(driftListSchema, 'Differences that stand'), ...problems },
});

const back = createRoute({
  method: 'post',
  path: '/apps/{appId}/drift/put-back',
  operationId: 'putBackDrift',
  summary: 'Make the servers hold again what Fairlead put there',
  tags,
  request: { params: appParams, headers: idempotencyHeaders },
  responses: { 202: json(acceptedSchema, 'Accepted: follow the operation'), ...problems },
});

const adopt = createRoute({
  method: 'post',
  path: '/apps/{appId}/drift/{driftId}/adopt',
  operationId: 'adoptDrift',
  summary: 'Make what somebody wrote into the front’s file the desired state, as a new generation',
  tags,
  request: { params: driftParams, headers: idempotencyHeaders },
  responses: { 202: json(acceptedSchema, 'Accepted: follow the operation'), ...problems },
});

export const driftRoutes = createRouter()
  .openapi(list, async (c) => c.json(await listDrift(c.var.ctx, actorOf(c), c.req.valid('param')), 200))
  .openapi(adopt, async (c) => {
    const input = { ...c.req.valid('param'), idempotencyKey: c.req.valid('header')['idempotency-key'] };
    return c.json(await adoptDrift(c.var.ctx, actorOf(c), input), 202);
  })
  .openapi(back, async (c) => {
    const input = { ...c.req.valid('param'), idempotencyKey: c.req.valid('header')['idempotency-key'] };
    return c.json(await putBack(c.var.ctx, actorOf(c), input), 202);
  });
