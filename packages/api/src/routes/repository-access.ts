import {
  checkRepositoryAccess,
  confirmRepositoryHostKey,
  makeDeployKey,
  readRepositoryAccess,
  removeRepositoryToken,
  seeRepositoryHostKey,
  setRepositoryToken,
} from '@fairlead/core';
import { confirmRepositoryHostKeyBody, setRepositoryTokenBody } from '@fairlead/core/schemas';
import { createRoute } from '@hono/zod-openapi';
import { appParams, body, createRouter, json, problems } from '../route.ts';
import { repositoryAccessSchema, repositoryHeadSchema } from '../schemas/repository-access.ts';
import { actorOf } from '../variables.ts';

const tags = ['Repositories'];
const path = '/apps/{appId}/repository-access';
const answer = { 200: json(repositoryAccessSchema, 'What opens the repository'), ...problems };

const read = createRoute({
  method: 'get',
  path,
  operationId: 'readRepositoryAccess',
  summary: 'What opens an app’s private repository; no secret half of it',
  tags,
  request: { params: appParams },
  responses: answer,
});

const check = createRoute({
  method: 'post',
  path: `${path}/check`,
  operationId: 'checkRepositoryAccess',
  summary: 'Read the head of the app’s branch now',
  tags,
  request: { params: appParams },
  responses: { 200: json(repositoryHeadSchema, 'The repository answers'), ...problems },
});

const setToken = createRoute({
  method: 'put',
  path: `${path}/token`,
  operationId: 'setRepositoryToken',
  summary: 'A token for HTTPS, at the place where the repository is now and nowhere else',
  tags,
  request: { params: appParams, body: body(setRepositoryTokenBody) },
  responses: answer,
});

const removeToken = createRoute({
  method: 'delete',
  path: `${path}/token`,
  operationId: 'removeRepositoryToken',
  summary: 'Forget the token',
  tags,
  request: { params: appParams },
  responses: answer,
});

const makeKey = createRoute({
  method: 'post',
  path: `${path}/deploy-key`,
  operationId: 'makeDeployKey',
  summary: 'A new key pair for SSH; one that was there before is forgotten',
  tags,
  request: { params: appParams },
  responses: answer,
});

const seeHostKey = createRoute({
  method: 'post',
  path: `${path}/host-key`,
  operationId: 'seeRepositoryHostKey',
  summary: 'Ask the Git server for its SSH host key now; it counts once it is confirmed',
  tags,
  request: { params: appParams },
  responses: answer,
});

const confirmHostKey = createRoute({
  method: 'put',
  path: `${path}/host-key`,
  operationId: 'confirmRepositoryHostKey',
  summary: 'Pin the host key that was seen, by its fingerprint',
  tags,
  request: { params: appParams, body: body(confirmRepositoryHostKeyBody) },
  responses: answer,
});

export const repositoryAccessRoutes = createRouter()
  .openapi(read, async (c) =>
    c.json(await readRepositoryAccess(c.var.ctx, actorOf(c), c.req.valid('param')), 200),
  )
  .openapi(check, async (c) =>
    c.json(await checkRepositoryAccess(c.var.ctx, actorOf(c), c.req.valid('param')), 200),
  )
  .openapi(setToken, async (c) => {
    const input = { ...c.req.valid('json'), ...c.req.valid('param') };
    return c.json(await setRepositoryToken(c.var.ctx, actorOf(c), input), 200);
  })
  .openapi(removeToken, async (c) =>
    c.json(await removeRepositoryToken(c.var.ctx, actorOf(c), c.req.valid('param')), 200),
  )
  .openapi(makeKey, async (c) =>
    c.json(await makeDeployKey(c.var.ctx, actorOf(c), c.req.valid('param')), 200),
  )
  .openapi(seeHostKey, async (c) =>
    c.json(await seeRepositoryHostKey(c.var.ctx, actorOf(c), c.req.valid('param')), 200),
  )
  .openapi(confirmHostKey, async (c) => {
    const input = { ...c.req.valid('json'), ...c.req.valid('param') };
    return c.json(await confirmRepositoryHostKey(c.var.ctx, actorOf(c), input), 200);
  });
