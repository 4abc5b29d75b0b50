import {
  abortCanary,
  listDeployments,
  logLineText,
  planCanary,
  promoteCanary,
  readDeployment,
  readDeploymentLog,
  startDeployment,
} from '@fairlead/core';
import {
  listDeploymentsInput,
  planCanaryBody,
  readDeploymentLogBody,
  startDeploymentBody,
} from '@fairlead/core/schemas';
import { createRoute, z } from '@hono/zod-openapi';
import {
  appParams,
  body,
  createRouter,
  deploymentParams,
  idempotencyHeaders,
  json,
  problems,
} from '../route.ts';
import { deploymentLogSchema, deploymentPageSchema, deploymentSchema } from '../schemas/deployment.ts';
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

const log = createRoute({
  method: 'get',
  path: `${one}/log`,
  operationId: 'readDeploymentLog',
  summary: 'What was done for a deployment, on one backend or on all',
  tags,
  request: { params: deploymentParams, query: readDeploymentLogBody },
  responses: { 200: json(deploymentLogSchema, 'Lines, oldest first'), ...problems },
});

const logFile = createRoute({
  method: 'get',
  path: `${one}/log.txt`,
  operationId: 'downloadDeploymentLog',
  summary: 'The same as a file of text, whole',
  tags,
  request: { params: deploymentParams, query: readDeploymentLogBody.pick({ backendId: true }) },
  responses: {
    200: {
      content: { 'text/plain': { schema: z.string() } },
      description: 'Time, server and text of each line',
    },
    ...problems,
  },
});

export const deploymentRoutes = createRouter()
  .openapi(log, async (c) => {
    const input = { ...c.req.valid('query'), ...c.req.valid('param') };
    return c.json(await readDeploymentLog(c.var.ctx, actorOf(c), input), 200);
  })
  .openapi(logFile, async (c) => {
    const input = { ...c.req.valid('query'), ...c.req.valid('param'), limit: 5_000 };
    const read = (after?: string) =>
      readDeploymentLog(c.var.ctx, actorOf(c), after === undefined ? input : { ...input, after });
    // The first page before the answer begins: what is refused is refused with its status.
    let page = await read();
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const write = async () => {
      const encoder = new TextEncoder();
      for (;;) {
        await writer.write(encoder.encode(page.items.map(logLineText).join('')));
        if (!page.more || page.nextAfter === null) return writer.close();
        page = await read(page.nextAfter);
      }
    };
    // Whoever asked has gone, or the database has: the file ends broken off.
    write().catch((error: unknown) => writer.abort(error).catch(() => undefined));
    const answer = c.body(readable, 200, {
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="deployment-${input.deploymentId}.log"`,
      'x-content-type-options': 'nosniff',
    });
    // Text by its declared type; a stream of it has another one.
    return answer as unknown as ReturnType<typeof c.text<string, 200>>;
  })
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
