import { planDatabase, rotateDatabasePassword } from '@fairlead/core';
import { databasePlanBody, rotateDatabaseBody } from '@fairlead/core/schemas';
import { createRoute } from '@hono/zod-openapi';
import { appParams, body, createRouter, idempotencyHeaders, json, problems } from '../route.ts';
import { planSchema } from '../schemas/load-balancer.ts';
import { acceptedSchema } from '../schemas/operation.ts';
import { actorOf } from '../variables.ts';

const tags = ['Databases'];
const path = '/apps/{appId}/database';

const plan = createRoute({
  method: 'post',
  path: `${path}/plan`,
  operationId: 'planDatabase',
  summary: 'What a change of the app’s database would do to each server; changes nothing',
  tags,
  request: { params: appParams, body: body(databasePlanBody) },
  responses: { 200: json(planSchema, 'The plan'), ...problems },
});

const rotate = createRoute({
  method: 'post',
  path: `${path}/rotate`,
  operationId: 'rotateDatabasePassword',
  summary:
    'Give the app’s database another password, backend by backend; both open it until the last has gone over',
  tags,
  request: { params: appParams, headers: idempotencyHeaders, body: body(rotateDatabaseBody) },
  responses: { 202: json(acceptedSchema, 'Accepted: follow the operation'), ...problems },
});

export const databaseRoutes = createRouter()
  .openapi(plan, async (c) => {
    const input = { ...c.req.valid('json'), ...c.req.valid('param') };
    return c.json(await planDatabase(c.var.ctx, actorOf(c), input), 200);
  })
  .openapi(rotate, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('json'), ...c.req.valid('param'), idempotencyKey };
    return c.json(await rotateDatabasePassword(c.var.ctx, actorOf(c), input), 202);
  });
