import {
  listCertificates,
  orderCertificate,
  readAcmeAccount,
  removeCertificate,
  setAcmeAccount,
  uploadCertificate,
} from '@fairlead/core';
import { setAcmeAccountInput, uploadCertificateBody } from '@fairlead/core/schemas';
import { createRoute } from '@hono/zod-openapi';
import {
  appParams,
  body,
  certificateParams,
  createRouter,
  idempotencyHeaders,
  json,
  problems,
} from '../route.ts';
import { acmeAccountSchema, certificateListSchema, certificateSchema } from '../schemas/certificate.ts';
import { acceptedSchema } from '../schemas/operation.ts';
import { actorOf } from '../variables.ts';

const tags = ['Certificates'];
const path = '/apps/{appId}/certificates';

const list = createRoute({
  method: 'get',
  path,
  operationId: 'listCertificates',
  summary: 'An app’s certificates, the newest first; keys are never answered',
  tags,
  request: { params: appParams },
  responses: { 200: json(certificateListSchema, 'Certificates'), ...problems },
});

const upload = createRoute({
  method: 'post',
  path,
  operationId: 'uploadCertificate',
  summary: 'Keep a certificate and its key, once they are found good; a change of the load balancer shows it',
  tags,
  request: { params: appParams, body: body(uploadCertificateBody) },
  responses: { 201: json(certificateSchema, 'The certificate'), ...problems },
});

const remove = createRoute({
  method: 'delete',
  path: `${path}/{certificateId}`,
  operationId: 'removeCertificate',
  summary: 'Forget a certificate and its key; one that is shown stays',
  tags,
  request: { params: certificateParams },
  responses: { 204: { description: 'Forgotten' }, ...problems },
});

const order = createRoute({
  method: 'post',
  path: `${path}/order`,
  operationId: 'orderCertificate',
  summary: 'Order the certificate that renews itself now, whenever it would be due',
  tags,
  request: { params: appParams, headers: idempotencyHeaders },
  responses: { 202: json(acceptedSchema, 'Accepted: follow the operation'), ...problems },
});

const readAccount = createRoute({
  method: 'get',
  path: '/acme-account',
  operationId: 'readAcmeAccount',
  summary: 'The organization’s account with a certificate authority, and authorities that everybody may use',
  tags,
  responses: { 200: json(acmeAccountSchema, 'The account'), ...problems },
});

const setAccount = createRoute({
  method: 'put',
  path: '/acme-account',
  operationId: 'setAcmeAccount',
  summary: 'Choose a certificate authority (an ACME directory) and agree to its terms',
  tags,
  request: { body: body(setAcmeAccountInput) },
  responses: { 200: json(acmeAccountSchema, 'The account'), ...problems },
});

export const certificateRoutes = createRouter()
  .openapi(list, async (c) =>
    c.json(await listCertificates(c.var.ctx, actorOf(c), c.req.valid('param')), 200),
  )
  .openapi(upload, async (c) => {
    const input = { ...c.req.valid('param'), ...c.req.valid('json') };
    return c.json(await uploadCertificate(c.var.ctx, actorOf(c), input), 201);
  })
  .openapi(order, async (c) => {
    const input = { ...c.req.valid('param'), idempotencyKey: c.req.valid('header')['idempotency-key'] };
    return c.json(await orderCertificate(c.var.ctx, actorOf(c), input), 202);
  })
  .openapi(readAccount, async (c) => c.json(await readAcmeAccount(c.var.ctx, actorOf(c), {}), 200))
  .openapi(setAccount, async (c) =>
    c.json(await setAcmeAccount(c.var.ctx, actorOf(c), c.req.valid('json')), 200),
  )
  .openapi(remove, async (c) => {
    await removeCertificate(c.var.ctx, actorOf(c), c.req.valid('param'));
    return c.body(null, 204);
  });
