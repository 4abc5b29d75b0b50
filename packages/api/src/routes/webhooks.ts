import { findWebhook, readWebhook, receivePush, rotateWebhook, setWebhook } from '@fairlead/core';
import { setWebhookBody } from '@fairlead/core/schemas';
import { createRoute, z } from '@hono/zod-openapi';
import { appParams, body, createRouter, json, open, problems } from '../route.ts';
import {
  receivedPushSchema,
  repeatedPushSchema,
  webhookSchema,
  webhookWithSecretSchema,
} from '../schemas/webhook.ts';
import { actorOf } from '../variables.ts';

const tags = ['Webhooks'];

const receive = createRoute({
  method: 'post',
  path: '/webhooks/{webhookId}',
  operationId: 'receivePush',
  summary:
    'For Git hosts: something was pushed. GitHub, GitLab, Bitbucket and Gitea, told apart by their signature’s header',
  tags,
  security: open,
  request: {
    params: z.object({ webhookId: z.string().openapi({ param: { name: 'webhookId', in: 'path' } }) }),
  },
  responses: {
    202: json(receivedPushSchema, 'A deployment was started, or one that waits takes the push with it'),
    200: json(repeatedPushSchema, 'This delivery came before: nothing was done'),
    204: { description: 'Another branch, no push, or the webhook is off: nothing was done' },
    ...problems,
  },
});

const read = createRoute({
  method: 'get',
  path: '/apps/{appId}/webhook',
  operationId: 'readWebhook',
  summary: 'Where a Git host says that something was pushed, with the last deliveries',
  tags,
  request: { params: appParams },
  responses: { 200: json(webhookSchema, 'The webhook'), ...problems },
});

const set = createRoute({
  method: 'put',
  path: '/apps/{appId}/webhook',
  operationId: 'setWebhook',
  summary: 'Switch deployments by push on or off; the first time answers the secret',
  tags,
  request: { params: appParams, body: body(setWebhookBody) },
  responses: { 200: json(webhookWithSecretSchema, 'The webhook'), ...problems },
});

const rotate = createRoute({
  method: 'post',
  path: '/apps/{appId}/webhook/secret',
  operationId: 'rotateWebhook',
  summary: 'Another address and secret; the old ones open nothing from now on',
  tags,
  request: { params: appParams },
  responses: { 200: json(webhookWithSecretSchema, 'The webhook with its new secret'), ...problems },
});

/** What anybody may call who can sign. */
export const pushRoutes = createRouter().openapi(receive, async (c) => {
  const hook = await findWebhook(c.var.ctx, c.req.valid('param').webhookId);
  const message = { headers: c.req.header(), body: new Uint8Array(await c.req.arrayBuffer()) };
  const received = await receivePush(c.var.ctx, hook, message);
  if ('operation' in received) return c.json(received, 202);
  return 'repeated' in received ? c.json(received, 200) : c.body(null, 204);
});

export const webhookRoutes = createRouter()
  .openapi(read, async (c) => c.json(await readWebhook(c.var.ctx, actorOf(c), c.req.valid('param')), 200))
  .openapi(set, async (c) => {
    const input = { ...c.req.valid('json'), ...c.req.valid('param') };
    return c.json(await setWebhook(c.var.ctx, actorOf(c), input), 200);
  })
  .openapi(rotate, async (c) =>
    c.json(await rotateWebhook(c.var.ctx, actorOf(c), c.req.valid('param')), 200),
  );
