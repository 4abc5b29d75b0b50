import {
  checkServer,
  confirmHostKey,
  createServer,
  listServers,
  prepareServer,
  readServer,
  removeServer,
  updateServer,
} from '@fairlead/core';
import {
  confirmHostKeyBody,
  createServerInput,
  prepareServerBody,
  updateServerBody,
} from '@fairlead/core/schemas';
import { createRoute } from '@hono/zod-openapi';
import { body, createRouter, idempotencyHeaders, json, problems, serverParams } from '../route.ts';
import { acceptedSchema } from '../schemas/operation.ts';
import { serverListSchema, serverSchema } from '../schemas/server.ts';
import { actorOf } from '../variables.ts';

const tags = ['Servers'];
const accepted = { 202: json(acceptedSchema, 'Accepted: follow the operation'), ...problems };

const list = createRoute({
  method: 'get',
  path: '/servers',
  operationId: 'listServers',
  summary: 'All servers by name',
  tags,
  responses: { 200: json(serverListSchema, 'Servers'), ...problems },
});

const create = createRoute({
  method: 'post',
  path: '/servers',
  operationId: 'createServer',
  summary: 'Write a server down; nothing connects to it yet',
  tags,
  request: { body: body(createServerInput) },
  responses: { 201: json(serverSchema, 'The server'), ...problems },
});

const read = createRoute({
  method: 'get',
  path: '/servers/{serverId}',
  operationId: 'readServer',
  summary: 'One server',
  tags,
  request: { params: serverParams },
  responses: { 200: json(serverSchema, 'The server'), ...problems },
});

const update = createRoute({
  method: 'patch',
  path: '/servers/{serverId}',
  operationId: 'updateServer',
  summary: 'Change how a server is called or reached',
  tags,
  request: { params: serverParams, body: body(updateServerBody) },
  responses: { 200: json(serverSchema, 'The server'), ...problems },
});

const remove = createRoute({
  method: 'delete',
  path: '/servers/{serverId}',
  operationId: 'removeServer',
  summary: 'Forget a server that nothing runs on',
  tags,
  request: { params: serverParams },
  responses: { 204: { description: 'Forgotten; the machine itself is not touched' }, ...problems },
});

const check = createRoute({
  method: 'post',
  path: '/servers/{serverId}/check',
  operationId: 'checkServer',
  summary: 'Check the connection step by step',
  tags,
  request: { params: serverParams, headers: idempotencyHeaders },
  responses: accepted,
});

const hostKey = createRoute({
  method: 'post',
  path: '/servers/{serverId}/host-key',
  operationId: 'confirmHostKey',
  summary: 'Pin the host key that was seen, and check on',
  tags,
  request: { params: serverParams, headers: idempotencyHeaders, body: body(confirmHostKeyBody) },
  responses: accepted,
});

const prepare = createRoute({
  method: 'post',
  path: '/servers/{serverId}/prepare',
  operationId: 'prepareServer',
  summary: 'Install what backends need',
  tags,
  request: { params: serverParams, headers: idempotencyHeaders, body: body(prepareServerBody) },
  responses: accepted,
});

export const serverRoutes = createRouter()
  .openapi(list, async (c) => c.json(await listServers(c.var.ctx, actorOf(c), {}), 200))
  .openapi(create, async (c) => c.json(await createServer(c.var.ctx, actorOf(c), c.req.valid('json')), 201))
  .openapi(read, async (c) => c.json(await readServer(c.var.ctx, actorOf(c), c.req.valid('param')), 200))
  .openapi(update, async (c) => {
    const input = { ...c.req.valid('json'), ...c.req.valid('param') };
    return c.json(await updateServer(c.var.ctx, actorOf(c), input), 200);
  })
  .openapi(remove, async (c) => {
    await removeServer(c.var.ctx, actorOf(c), c.req.valid('param'));
    return c.body(null, 204);
  })
  .openapi(check, async (c) => {
    const input = { ...c.req.valid('param'), idempotencyKey: c.req.valid('header')['idempotency-key'] };
    return c.json(await checkServer(c.var.ctx, actorOf(c), input), 202);
  })
  .openapi(hostKey, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('json'), ...c.req.valid('param'), idempotencyKey };
    return c.json(await confirmHostKey(c.var.ctx, actorOf(c), input), 202);
  })
  .openapi(prepare, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('json'), ...c.req.valid('param'), idempotencyKey };
    return c.json(await prepareServer(c.var.ctx, actorOf(c), input), 202);
  });
