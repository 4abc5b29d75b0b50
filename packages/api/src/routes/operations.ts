import { cancelOperation, listOperations, readLog, readOperation, retryOperation } from '@fairlead/core';
import { listOperationsInput, readLogInput } from '@fairlead/core/schemas';
import { createRoute } from '@hono/zod-openapi';
import { createRouter, json, operationParams, problems } from '../route.ts';
import {
  acceptedSchema,
  logPageSchema,
  operationPageSchema,
  operationReadSchema,
} from '../schemas/operation.ts';
import { actorOf } from '../variables.ts';

const tags = ['Operations'];

const list = createRoute({
  method: 'get',
  path: '/operations',
  operationId: 'listOperations',
  summary: 'Everything that ran, runs or waits, newest first',
  tags,
  request: { query: listOperationsInput },
  responses: { 200: json(operationPageSchema, 'One page'), ...problems },
});

const read = createRoute({
  method: 'get',
  path: '/operations/{operationId}',
  operationId: 'readOperation',
  summary: 'One operation with its steps',
  tags,
  request: { params: operationParams },
  responses: { 200: json(operationReadSchema, 'The operation'), ...problems },
});

const log = createRoute({
  method: 'get',
  path: '/operations/{operationId}/log',
  operationId: 'readLog',
  summary: 'Lines of its log after a given one',
  tags,
  request: { params: operationParams, query: readLogInput.omit({ operationId: true }) },
  responses: { 200: json(logPageSchema, 'Lines, oldest first'), ...problems },
});

const retry = createRoute({
  method: 'post',
  path: '/operations/{operationId}/retry',
  operationId: 'retryOperation',
  summary: 'Try a failed operation again',
  tags,
  request: { params: operationParams },
  responses: { 202: json(acceptedSchema, 'Accepted: follow the operation'), ...problems },
});

const cancel = createRoute({
  method: 'post',
  path: '/operations/{operationId}/cancel',
  operationId: 'cancelOperation',
  summary: 'End a check, a preparation or a deployment early',
  tags,
  request: { params: operationParams },
  responses: { 202: json(acceptedSchema, 'Accepted: follow the operation'), ...problems },
});

export const operationRoutes = createRouter()
  .openapi(list, async (c) => c.json(await listOperations(c.var.ctx, actorOf(c), c.req.valid('query')), 200))
  .openapi(read, async (c) => c.json(await readOperation(c.var.ctx, actorOf(c), c.req.valid('param')), 200))
  .openapi(log, async (c) => {
    const input = { ...c.req.valid('query'), ...c.req.valid('param') };
    return c.json(await readLog(c.var.ctx, actorOf(c), input), 200);
  })
  .openapi(retry, async (c) => c.json(await retryOperation(c.var.ctx, actorOf(c), c.req.valid('param')), 202))
  .openapi(cancel, async (c) =>
    c.json(await cancelOperation(c.var.ctx, actorOf(c), c.req.valid('param')), 202),
  );
