import {
  changeLoadBalancer,
  disableLoadBalancer,
  enableLoadBalancer,
  finishMove,
  listConfigs,
  moveLoadBalancer,
  planLoadBalancer,
  readChecklist,
  readConfig,
  readHealth,
  readLoadBalancer,
  readNetworkList,
  restoreLoadBalancer,
  setMaintenance,
} from '@fairlead/core';
import {
  changeLoadBalancerBody,
  enableLoadBalancerBody,
  finishMoveBody,
  moveLoadBalancerBody,
  planBody,
  readConfigInput,
  readHealthInput,
  readNetworkListInput,
  setMaintenanceBody,
} from '@fairlead/core/schemas';
import { createRoute } from '@hono/zod-openapi';
import {
  appParams,
  body,
  createRouter,
  generationParams,
  idempotencyHeaders,
  json,
  problems,
} from '../route.ts';
import { healthReadSchema } from '../schemas/health.ts';
import {
  checklistSchema,
  configListSchema,
  configSchema,
  loadBalancerSchema,
  networkListSchema,
  planSchema,
} from '../schemas/load-balancer.ts';
import { acceptedSchema } from '../schemas/operation.ts';
import { actorOf } from '../variables.ts';

const tags = ['Load balancers'];
const accepted = { 202: json(acceptedSchema, 'Accepted: follow the operation'), ...problems };
const path = '/apps/{appId}/load-balancer';

const read = createRoute({
  method: 'get',
  path,
  operationId: 'readLoadBalancer',
  summary: 'An app’s balancer and backends: what is desired and what was seen',
  tags,
  request: { params: appParams },
  responses: { 200: json(loadBalancerSchema, 'The balancer'), ...problems },
});

const checklist = createRoute({
  method: 'get',
  path: `${path}/checklist`,
  operationId: 'readChecklist',
  summary: 'What to see to before enabling',
  tags,
  request: { params: appParams },
  responses: { 200: json(checklistSchema, 'The points'), ...problems },
});

const plan = createRoute({
  method: 'post',
  path: `${path}/plan`,
  operationId: 'planLoadBalancer',
  summary: 'What a change would do to each server; changes nothing',
  tags,
  request: { params: appParams, body: body(planBody) },
  responses: { 200: json(planSchema, 'The plan'), ...problems },
});

const enable = createRoute({
  method: 'post',
  path,
  operationId: 'enableLoadBalancer',
  summary: 'Enable load balancing over the primary and the given servers',
  tags,
  request: { params: appParams, headers: idempotencyHeaders, body: body(enableLoadBalancerBody) },
  responses: accepted,
});

const change = createRoute({
  method: 'patch',
  path,
  operationId: 'changeLoadBalancer',
  summary: 'Change the method, what the front does with requests, or the TCP streams',
  tags,
  request: { params: appParams, headers: idempotencyHeaders, body: body(changeLoadBalancerBody) },
  responses: accepted,
});

const inspectList = createRoute({
  method: 'post',
  path: '/network-lists/inspect',
  operationId: 'inspectNetworkList',
  summary: 'The networks that a published list names, read now',
  tags,
  request: { body: body(readNetworkListInput) },
  responses: { 200: json(networkListSchema, 'Its networks'), ...problems },
});

const maintenance = createRoute({
  method: 'put',
  path: `${path}/maintenance`,
  operationId: 'setMaintenance',
  summary: 'Show visitors a page while somebody works on the app, or let them in again',
  tags,
  request: { params: appParams, headers: idempotencyHeaders, body: body(setMaintenanceBody) },
  responses: accepted,
});

const move = createRoute({
  method: 'post',
  path: `${path}/move`,
  operationId: 'moveLoadBalancer',
  summary: 'Let another server serve beside the balancer; named the balancer itself, give that up',
  tags,
  request: { params: appParams, headers: idempotencyHeaders, body: body(moveLoadBalancerBody) },
  responses: accepted,
});

const finish = createRoute({
  method: 'post',
  path: `${path}/move/finish`,
  operationId: 'finishMove',
  summary: 'Balance on the new server alone, once the DNS leads there',
  tags,
  request: { params: appParams, headers: idempotencyHeaders, body: body(finishMoveBody) },
  responses: accepted,
});

const disable = createRoute({
  method: 'delete',
  path,
  operationId: 'disableLoadBalancer',
  summary: 'Back to the primary alone',
  tags,
  request: { params: appParams, headers: idempotencyHeaders },
  responses: accepted,
});

const health = createRoute({
  method: 'get',
  path: '/apps/{appId}/health',
  operationId: 'readHealth',
  summary: 'Each backend’s health: now, in 90 bars, and the last checks',
  tags,
  request: { params: appParams, query: readHealthInput.omit({ appId: true }) },
  responses: { 200: json(healthReadSchema, 'Health'), ...problems },
});

const configs = createRoute({
  method: 'get',
  path: '/apps/{appId}/configs',
  operationId: 'listConfigs',
  summary: 'Every configuration that was applied, newest first',
  tags,
  request: { params: appParams },
  responses: { 200: json(configListSchema, 'Generations'), ...problems },
});

const config = createRoute({
  method: 'get',
  path: '/apps/{appId}/configs/{generation}',
  operationId: 'readConfig',
  summary: 'One applied configuration, and how it differs from the one before it or from any other',
  tags,
  request: {
    params: generationParams,
    query: readConfigInput.omit({ appId: true, generation: true }),
  },
  responses: { 200: json(configSchema, 'Its text and diff'), ...problems },
});

const restore = createRoute({
  method: 'post',
  path: '/apps/{appId}/configs/{generation}/restore',
  operationId: 'restoreConfig',
  summary: 'Make what an earlier configuration said the desired state again, as a new generation',
  tags,
  request: { params: generationParams, headers: idempotencyHeaders },
  responses: accepted,
});

export const loadBalancerRoutes = createRouter()
  .openapi(read, async (c) =>
    c.json(await readLoadBalancer(c.var.ctx, actorOf(c), c.req.valid('param')), 200),
  )
  .openapi(checklist, async (c) =>
    c.json(await readChecklist(c.var.ctx, actorOf(c), c.req.valid('param')), 200),
  )
  .openapi(plan, async (c) => {
    const input = { ...c.req.valid('json'), ...c.req.valid('param') };
    return c.json(await planLoadBalancer(c.var.ctx, actorOf(c), input), 200);
  })
  .openapi(enable, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('json'), ...c.req.valid('param'), idempotencyKey };
    return c.json(await enableLoadBalancer(c.var.ctx, actorOf(c), input), 202);
  })
  .openapi(change, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('json'), ...c.req.valid('param'), idempotencyKey };
    return c.json(await changeLoadBalancer(c.var.ctx, actorOf(c), input), 202);
  })
  .openapi(inspectList, async (c) =>
    c.json(await readNetworkList(c.var.ctx, actorOf(c), c.req.valid('json')), 200),
  )
  .openapi(maintenance, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('json'), ...c.req.valid('param'), idempotencyKey };
    return c.json(await setMaintenance(c.var.ctx, actorOf(c), input), 202);
  })
  .openapi(move, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('json'), ...c.req.valid('param'), idempotencyKey };
    return c.json(await moveLoadBalancer(c.var.ctx, actorOf(c), input), 202);
  })
  .openapi(finish, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('json'), ...c.req.valid('param'), idempotencyKey };
    return c.json(await finishMove(c.var.ctx, actorOf(c), input), 202);
  })
  .openapi(disable, async (c) => {
    const input = { ...c.req.valid('param'), idempotencyKey: c.req.valid('header')['idempotency-key'] };
    return c.json(await disableLoadBalancer(c.var.ctx, actorOf(c), input), 202);
  })
  .openapi(health, async (c) => {
    const input = { ...c.req.valid('query'), ...c.req.valid('param') };
    return c.json(await readHealth(c.var.ctx, actorOf(c), input), 200);
  })
  .openapi(configs, async (c) => c.json(await listConfigs(c.var.ctx, actorOf(c), c.req.valid('param')), 200))
  .openapi(config, async (c) => {
    const input = { ...c.req.valid('query'), ...c.req.valid('param') };
    return c.json(await readConfig(c.var.ctx, actorOf(c), input), 200);
  })
  .openapi(restore, async (c) => {
    const input = { ...c.req.valid('param'), idempotencyKey: c.req.valid('header')['idempotency-key'] };
    return c.json(await restoreLoadBalancer(c.var.ctx, actorOf(c), input), 202);
  });
