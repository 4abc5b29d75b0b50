import {
  changeEnvironment,
  checkDomains,
  createApp,
  inspectRepository,
  listApps,
  readApp,
  readEnvironment,
  removeApp,
  setObjectStorage,
  updateApp,
} from '@fairlead/core';
import {
  changeEnvironmentBody,
  createAppInput,
  inspectRepositoryInput,
  removeAppBody,
  setObjectStorageBody,
  updateAppBody,
} from '@fairlead/core/schemas';
import { createRoute } from '@hono/zod-openapi';
import { appParams, body, createRouter, idempotencyHeaders, json, problems } from '../route.ts';
import {
  appListSchema,
  appSchema,
  domainsSchema,
  environmentSchema,
  repositoryInspectionSchema,
} from '../schemas/app.ts';
import { acceptedSchema } from '../schemas/operation.ts';
import { actorOf } from '../variables.ts';

const tags = ['Apps'];

const inspect = createRoute({
  method: 'post',
  path: '/repositories/inspect',
  operationId: 'inspectRepository',
  summary: 'Branches, head and runtime of a repository, read now',
  tags,
  request: { body: body(inspectRepositoryInput) },
  responses: { 200: json(repositoryInspectionSchema, 'What was found'), ...problems },
});

const list = createRoute({
  method: 'get',
  path: '/apps',
  operationId: 'listApps',
  summary: 'All apps by name',
  tags,
  responses: { 200: json(appListSchema, 'Apps'), ...problems },
});

const create = createRoute({
  method: 'post',
  path: '/apps',
  operationId: 'createApp',
  summary: 'Write an app down; nothing is deployed yet',
  tags,
  request: { body: body(createAppInput) },
  responses: { 201: json(appSchema, 'The app'), ...problems },
});

const read = createRoute({
  method: 'get',
  path: '/apps/{appId}',
  operationId: 'readApp',
  summary: 'One app',
  tags,
  request: { params: appParams },
  responses: { 200: json(appSchema, 'The app'), ...problems },
});

const update = createRoute({
  method: 'patch',
  path: '/apps/{appId}',
  operationId: 'updateApp',
  summary: 'Change an app; other domains start an operation, the rest counts from the next deployment on',
  tags,
  request: { params: appParams, body: body(updateAppBody) },
  responses: { 200: json(appSchema, 'The app'), ...problems },
});

const remove = createRoute({
  method: 'delete',
  path: '/apps/{appId}',
  operationId: 'removeApp',
  summary: 'Take an app and its database off every server',
  tags,
  request: { params: appParams, headers: idempotencyHeaders, body: body(removeAppBody) },
  responses: { 202: json(acceptedSchema, 'Accepted: follow the operation'), ...problems },
});

const domains = createRoute({
  method: 'get',
  path: '/apps/{appId}/domains',
  operationId: 'checkDomains',
  summary: 'Whether the app’s names lead to its balancer; the DNS is asked now',
  tags,
  request: { params: appParams },
  responses: { 200: json(domainsSchema, 'Each name with what the DNS says'), ...problems },
});

const environment = createRoute({
  method: 'get',
  path: '/apps/{appId}/environment',
  operationId: 'readEnvironment',
  summary: 'Names of the variables; values never leave',
  tags,
  request: { params: appParams },
  responses: { 200: json(environmentSchema, 'Names'), ...problems },
});

const putEnvironment = createRoute({
  method: 'put',
  path: '/apps/{appId}/environment',
  operationId: 'changeEnvironment',
  summary: 'Set and unset variables; the next deployment brings them to the backends',
  tags,
  request: { params: appParams, body: body(changeEnvironmentBody) },
  responses: { 200: json(environmentSchema, 'Names'), ...problems },
});

const putObjectStorage = createRoute({
  method: 'put',
  path: '/apps/{appId}/environment/object-storage',
  operationId: 'setObjectStorage',
  summary:
    'Set the variables that a framework’s S3 client reads; the next deployment brings them to the backends',
  tags,
  request: { params: appParams, body: body(setObjectStorageBody) },
  responses: { 200: json(environmentSchema, 'Names'), ...problems },
});

export const appRoutes = createRouter()
  .openapi(inspect, async (c) =>
    c.json(await inspectRepository(c.var.ctx, actorOf(c), c.req.valid('json')), 200),
  )
  .openapi(list, async (c) => c.json(await listApps(c.var.ctx, actorOf(c), {}), 200))
  .openapi(create, async (c) => c.json(await createApp(c.var.ctx, actorOf(c), c.req.valid('json')), 201))
  .openapi(read, async (c) => c.json(await readApp(c.var.ctx, actorOf(c), c.req.valid('param')), 200))
  .openapi(update, async (c) => {
    const input = { ...c.req.valid('json'), ...c.req.valid('param') };
    return c.json(await updateApp(c.var.ctx, actorOf(c), input), 200);
  })
  .openapi(remove, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const input = { ...c.req.valid('json'), ...c.req.valid('param'), idempotencyKey };
    return c.json(await removeApp(c.var.ctx, actorOf(c), input), 202);
  })
  .openapi(domains, async (c) => c.json(await checkDomains(c.var.ctx, actorOf(c), c.req.valid('param')), 200))
  .openapi(environment, async (c) =>
    c.json(await readEnvironment(c.var.ctx, actorOf(c), c.req.valid('param')), 200),
  )
  .openapi(putObjectStorage, async (c) => {
    const input = { ...c.req.valid('json'), ...c.req.valid('param') };
    return c.json(await setObjectStorage(c.var.ctx, actorOf(c), input), 200);
  })
  .openapi(putEnvironment, async (c) => {
    const input = { ...c.req.valid('json'), ...c.req.valid('param') };
    return c.json(await changeEnvironment(c.var.ctx, actorOf(c), input), 200);
  });
