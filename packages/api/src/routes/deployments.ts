import {
  abortCanary,
  listDeployments,
  planCanary,
  promoteCanary,
  readDeployment,
  startDeployment,
} from '@fairlead/core';
import { listDeploymentsInput, planCanaryBody, startDeploymentBody } from '@fairlead/core/schemas';
import { createRoute } from '@hono/zod-openapi';
import {
  appParams,
  body,
  createRouter,
  deploymentParams,
  idempotencyHeaders,
  json,
  problems,
} from '../route.ts';
import { deploymentPageSchema, deploymentSchema } from '../schemas/deployment.ts';
import { planSchema } from '../schemas/load-balancer.ts';
import { acceptedSchema } from '../schemas/operation.ts';
import { actorOf } from '../variables.ts';

const tags = ['Deployments'];

const list = createRoute({
  method: 'get',
  path: '/apps/{appId}/deployments',
  operationId: 'listDeployments',
  summary: 'An app’s deployments, newest first',
  tags,
  request: { params: appParams, query: listDeploymentsInput.omit({ appId: true }) },
  responses: { 200: json(deploymentPageSchema, 'One page'), ...problems },
});

const start = createRoute({
  method: 'post',
  path: '/apps/{appId}/deployments',
  operationId: 'startDeployment',
  summary: 'Roll a commit, the head of the branch, or an earlier deployment out',
  tags,
  request: { params: appParams, headers: idempotencyHeaders, body: body(startDeploymentBody) },
  responses: { 202: json(acceptedSchema, 'Accepted: follow the operation'), ...problems },
});

const read = createRoute({
  method: 'get',
  path: '/apps/{appId}/deployments/{deploymentId}',
  operationId: 'readDeployment',
  summary: 'One deployment with a release for each backend',
  tags,
  request: { params: deploymentParams },
  responses: { 200: json(deploymentSchema, 'The deployment'), ...problems },
});

const one = '/apps/{appId}/deployments/{deploymentId}';
const accepted = { 202: json(acceptedSchema, 'Accepted: follow the operation'), ...problems };

const plan = createRoute({
  method: 'post',
  path: `${one}/plan`,
  operationId: 'planCanary',
  summary: 'What promoting or aborting a canary would do to each server; changes nothing',
  tags,
  request: { params: deploymentParams, body: body(planCanaryBody) },
  responses: { 200: json(planSchema, 'The plan'), ...problems },
});

const promote = createRoute({
  method: 'post',
  path: `${one}/promote`,
  operationId: 'promoteCanary',
  summary: 'Roll a canary out to the other backends',
  tags,
  request: { params: deploymentParams, headers: idempotencyHeaders },
  responses: accepted,
});

const abort = createRoute({
  method: 'post',
  path: `${one}/abort`,
  operationId: 'abortCanary',
  summary: 'Lead every visitor past a canary, and put the release before back',
  tags,
  request: { params: deploymentParams, headers: idempotencyHeaders },
  responses: accepted,
});

export const deploymentRoutes = createRouter()
  .openapi(plan, async (c) => {
    const input = { ...c.req.valid('json'), ...c.req.valid('param') };
    return c.json(await planCanary(c.var.ctx, actorOf(c), input), 200);
  })
  .openapi(promote, async (c) => {
    const input = { ...c.req.valid('param'), idempotencyKey: c.req.valid('header')['idempotency-key'] };
    return c.json(await promoteCanary(c.var.ctx, actorOf(c), input), 202);
  })
  .openapi(abort, async (c) => {
    const input = { ...c.req.valid('param'), idempotencyKey: c.req.valid('header')['idempotency-key'] };
    return c.json(await abortCanary(c.var.ctx, actorOf(c), input), 202);
  })
  .openapi(list, async (c) => {
    const input = { ...c.req.valid('query'), ...c.req.valid('param') };
    return c.json(await listDeployments(c.var.ctx, actorOf(c), input), 200);
  })
  .openapi(start, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('json'), ...c.req.valid('param'), idempotencyKey };
    return c.json(await startDeployment(c.var.ctx, actorOf(c), input), 202);
  })
  .openapi(read, async (c) => c.json(await readDeployment(c.var.ctx, actorOf(c), c.req.valid('param')), 200));
