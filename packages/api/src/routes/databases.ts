import {
  checkHostedDatabase,
  planDatabase,
  readHostedDatabase,
  readRedis,
  removeHostedDatabase,
  removeRedis,
  rotateDatabasePassword,
  rotateRedisPassword,
  setHostedDatabase,
  setRedis,
} from '@fairlead/core';
import {
  databasePlanBody,
  removeRedisBody,
  rotateDatabaseBody,
  setHostedDatabaseBody,
  setRedisBody,
} from '@fairlead/core/schemas';
import { createRoute } from '@hono/zod-openapi';
import { appParams, body, createRouter, idempotencyHeaders, json, problems } from '../route.ts';
import { hostedDatabaseSchema } from '../schemas/hosted-database.ts';
import { planSchema } from '../schemas/load-balancer.ts';
import { acceptedSchema } from '../schemas/operation.ts';
import { redisSchema } from '../schemas/redis.ts';
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

const hosted = '/apps/{appId}/hosted-database';

const readHosted = createRoute({
  method: 'get',
  path: hosted,
  operationId: 'readHostedDatabase',
  summary:
    'The database elsewhere that an app uses, and what the last test found; the password is never answered',
  tags,
  request: { params: appParams },
  responses: { 200: json(hostedDatabaseSchema, 'The database'), ...problems },
});

const setHosted = createRoute({
  method: 'put',
  path: hosted,
  operationId: 'setHostedDatabase',
  summary: 'Use a database that runs elsewhere; the next deployment brings its account to the backends',
  tags,
  request: { params: appParams, body: body(setHostedDatabaseBody) },
  responses: { 200: json(hostedDatabaseSchema, 'The database'), ...problems },
});

const removeHosted = createRoute({
  method: 'delete',
  path: hosted,
  operationId: 'removeHostedDatabase',
  summary: 'Forget the database elsewhere and its password; nothing is changed there',
  tags,
  request: { params: appParams },
  responses: { 204: { description: 'Forgotten' }, ...problems },
});

const checkHosted = createRoute({
  method: 'post',
  path: `${hosted}/check`,
  operationId: 'checkHostedDatabase',
  summary:
    'Ask the database elsewhere from each backend: name, connection, encryption, account, a query, rights',
  tags,
  request: { params: appParams, headers: idempotencyHeaders },
  responses: { 202: json(acceptedSchema, 'Accepted: follow the operation'), ...problems },
});

const redis = '/apps/{appId}/redis';

const getRedis = createRoute({
  method: 'get',
  path: redis,
  operationId: 'readRedis',
  summary: 'The app’s Redis on its primary, and what was seen of it last; the password is never answered',
  tags,
  request: { params: appParams },
  responses: { 200: json(redisSchema, 'The Redis'), ...problems },
});

const putRedis = createRoute({
  method: 'put',
  path: redis,
  operationId: 'setRedis',
  summary:
    'Want a Redis on the app’s primary; the next deployment brings it, and its account to the backends',
  tags,
  request: { params: appParams, body: body(setRedisBody) },
  responses: { 200: json(redisSchema, 'The Redis'), ...problems },
});

const deleteRedis = createRoute({
  method: 'delete',
  path: redis,
  operationId: 'removeRedis',
  summary: 'Want the app’s Redis no more; the next deployment takes it away, with all that it holds',
  tags,
  request: { params: appParams, body: body(removeRedisBody) },
  responses: { 200: json(redisSchema, 'What is left of it until then'), ...problems },
});

const rotateRedis = createRoute({
  method: 'post',
  path: `${redis}/rotate`,
  operationId: 'rotateRedisPassword',
  summary:
    'Replace the password of the app’s Redis without a lost request; both work until every backend has it',
  tags,
  request: { params: appParams, headers: idempotencyHeaders },
  responses: { 202: json(acceptedSchema, 'Accepted: follow the operation'), ...problems },
});

export const databaseRoutes = createRouter()
  .openapi(getRedis, async (c) => c.json(await readRedis(c.var.ctx, actorOf(c), c.req.valid('param')), 200))
  .openapi(putRedis, async (c) => {
    const input = { ...c.req.valid('json'), ...c.req.valid('param') };
    return c.json(await setRedis(c.var.ctx, actorOf(c), input), 200);
  })
  .openapi(deleteRedis, async (c) => {
    const input = { ...c.req.valid('json'), ...c.req.valid('param') };
    return c.json(await removeRedis(c.var.ctx, actorOf(c), input), 200);
  })
  .openapi(rotateRedis, async (c) => {
    const input = { ...c.req.valid('param'), idempotencyKey: c.req.valid('header')['idempotency-key'] };
    return c.json(await rotateRedisPassword(c.var.ctx, actorOf(c), input), 202);
  })
  .openapi(readHosted, async (c) =>
    c.json(await readHostedDatabase(c.var.ctx, actorOf(c), c.req.valid('param')), 200),
  )
  .openapi(setHosted, async (c) => {
    const input = { ...c.req.valid('json'), ...c.req.valid('param') };
    return c.json(await setHostedDatabase(c.var.ctx, actorOf(c), input), 200);
  })
  .openapi(removeHosted, async (c) => {
    await removeHostedDatabase(c.var.ctx, actorOf(c), c.req.valid('param'));
    return c.body(null, 204);
  })
  .openapi(checkHosted, async (c) => {
    const input = { ...c.req.valid('param'), idempotencyKey: c.req.valid('header')['idempotency-key'] };
    return c.json(await checkHostedDatabase(c.var.ctx, actorOf(c), input), 202);
  })
  .openapi(plan, async (c) => {
    const input = { ...c.req.valid('json'), ...c.req.valid('param') };
    return c.json(await planDatabase(c.var.ctx, actorOf(c), input), 200);
  })
  .openapi(rotate, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('json'), ...c.req.valid('param'), idempotencyKey };
    return c.json(await rotateDatabasePassword(c.var.ctx, actorOf(c), input), 202);
  });
