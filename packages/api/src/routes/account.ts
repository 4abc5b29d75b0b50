import {
  createToken,
  listAudit,
  listTokens,
  readMe,
  readOverview,
  readSshKey,
  revokeToken,
} from '@fairlead/core';
import { createTokenInput, listAuditInput } from '@fairlead/core/schemas';
import { createRoute } from '@hono/zod-openapi';
import { body, createRouter, json, problems, tokenParams } from '../route.ts';
import {
  auditPageSchema,
  createdTokenSchema,
  meSchema,
  overviewSchema,
  tokenListSchema,
} from '../schemas/account.ts';
import { sshKeySchema } from '../schemas/server.ts';
import { actorOf } from '../variables.ts';

const tags = ['Account'];

const me = createRoute({
  method: 'get',
  path: '/me',
  operationId: 'readMe',
  summary: 'Who is asking, and what they may do',
  tags,
  responses: { 200: json(meSchema, 'The caller'), ...problems },
});

const overview = createRoute({
  method: 'get',
  path: '/overview',
  operationId: 'readOverview',
  summary: 'The fleet at a glance',
  tags,
  responses: { 200: json(overviewSchema, 'Apps, servers, what runs and what failed'), ...problems },
});

const sshKey = createRoute({
  method: 'get',
  path: '/ssh-key',
  operationId: 'readSshKey',
  summary: 'The key by which Fairlead enters servers, and a line that authorises it',
  tags,
  responses: { 200: json(sshKeySchema, 'The public half'), ...problems },
});

const tokens = createRoute({
  method: 'get',
  path: '/tokens',
  operationId: 'listTokens',
  summary: 'Your own tokens',
  tags,
  responses: { 200: json(tokenListSchema, 'Without their secrets'), ...problems },
});

const newToken = createRoute({
  method: 'post',
  path: '/tokens',
  operationId: 'createToken',
  summary: 'Make a personal token',
  tags,
  request: { body: body(createTokenInput) },
  responses: { 201: json(createdTokenSchema, 'Its secret, this once'), ...problems },
});

const endToken = createRoute({
  method: 'delete',
  path: '/tokens/{tokenId}',
  operationId: 'revokeToken',
  summary: 'Revoke a token of yours',
  tags,
  request: { params: tokenParams },
  responses: { 204: { description: 'It opens nothing any more' }, ...problems },
});

const audit = createRoute({
  method: 'get',
  path: '/audit',
  operationId: 'listAudit',
  summary: 'Who changed what, newest first',
  tags,
  request: { query: listAuditInput },
  responses: { 200: json(auditPageSchema, 'One page'), ...problems },
});

export const accountRoutes = createRouter()
  .openapi(me, async (c) =>
    c.json({ ...(await readMe(c.var.ctx, actorOf(c), {})), version: c.var.options.version }, 200),
  )
  .openapi(overview, async (c) => c.json(await readOverview(c.var.ctx, actorOf(c), {}), 200))
  .openapi(sshKey, async (c) => c.json(await readSshKey(c.var.ctx, actorOf(c), {}), 200))
  .openapi(tokens, async (c) => c.json(await listTokens(c.var.ctx, actorOf(c), {}), 200))
  .openapi(newToken, async (c) => c.json(await createToken(c.var.ctx, actorOf(c), c.req.valid('json')), 201))
  .openapi(endToken, async (c) => {
    await revokeToken(c.var.ctx, actorOf(c), c.req.valid('param'));
    return c.body(null, 204);
  })
  .openapi(audit, async (c) => c.json(await listAudit(c.var.ctx, actorOf(c), c.req.valid('query')), 200));
