import { listProcesses, planProcesses, removeProcess, runCommand, setProcess } from '@fairlead/core';
import { processBody, processPlanBody, runCommandBody } from '@fairlead/core/schemas';
import { createRoute } from '@hono/zod-openapi';
import {
  appParams,
  body,
  createRouter,
  idempotencyHeaders,
  json,
  problems,
  processParams,
} from '../route.ts';
import { planSchema } from '../schemas/load-balancer.ts';
import { acceptedSchema } from '../schemas/operation.ts';
import { processListSchema } from '../schemas/process.ts';
import { actorOf } from '../variables.ts';

const tags = ['Processes'];
const path = '/apps/{appId}/processes';

const list = createRoute({
  method: 'get',
  path,
  operationId: 'listProcesses',
  summary: 'An app’s workers, cron entries and commands, with what each does on each backend',
  tags,
  request: { params: appParams },
  responses: { 200: json(processListSchema, 'The processes'), ...problems },
});

const plan = createRoute({
  method: 'post',
  path: `${path}/plan`,
  operationId: 'planProcesses',
  summary: 'What a change of the app’s processes would do to each server; changes nothing',
  tags,
  request: { params: appParams, body: body(processPlanBody) },
  responses: { 200: json(planSchema, 'The plan'), ...problems },
});

const set = createRoute({
  method: 'put',
  path: `${path}/{name}`,
  operationId: 'setProcess',
  summary: 'Declare a worker, a cron entry or a command, or change it; nothing is deployed',
  tags,
  request: { params: processParams, headers: idempotencyHeaders, body: body(processBody) },
  responses: { 202: json(acceptedSchema, 'Accepted: follow the operation'), ...problems },
});

const remove = createRoute({
  method: 'delete',
  path: `${path}/{name}`,
  operationId: 'removeProcess',
  summary: 'Take a process away from every backend',
  tags,
  request: { params: processParams, headers: idempotencyHeaders },
  responses: { 202: json(acceptedSchema, 'Accepted: follow the operation'), ...problems },
});

const run = createRoute({
  method: 'post',
  path: '/apps/{appId}/commands',
  operationId: 'runCommand',
  summary: 'Run a command once on one backend, in the release that it serves and with the app’s environment',
  tags,
  request: { params: appParams, headers: idempotencyHeaders, body: body(runCommandBody) },
  responses: { 202: json(acceptedSchema, 'Accepted: follow the operation for its output'), ...problems },
});

export const processRoutes = createRouter()
  .openapi(list, async (c) => c.json(await listProcesses(c.var.ctx, actorOf(c), c.req.valid('param')), 200))
  .openapi(plan, async (c) => {
    const input = { ...c.req.valid('json'), ...c.req.valid('param') };
    return c.json(await planProcesses(c.var.ctx, actorOf(c), input), 200);
  })
  .openapi(set, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('param'), process: c.req.valid('json'), idempotencyKey };
    return c.json(await setProcess(c.var.ctx, actorOf(c), input), 202);
  })
  .openapi(remove, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    return c.json(
      await removeProcess(c.var.ctx, actorOf(c), { ...c.req.valid('param'), idempotencyKey }),
      202,
    );
  })
  .openapi(run, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('json'), ...c.req.valid('param'), idempotencyKey };
    return c.json(await runCommand(c.var.ctx, actorOf(c), input), 202);
  });
