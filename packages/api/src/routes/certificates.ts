import { listCertificates, removeCertificate, uploadCertificate } from '@fairlead/core';
import { uploadCertificateBody } from '@fairlead/core/schemas';
import { createRoute } from '@hono/zod-openapi';
import { appParams, body, certificateParams, createRouter, json, problems } from '../route.ts';
import { certificateListSchema, certificateSchema } from '../schemas/certificate.ts';
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

export const certificateRoutes = createRouter()
  .openapi(list, async (c) =>
    c.json(await listCertificates(c.var.ctx, actorOf(c), c.req.valid('param')), 200),
  )
  .openapi(upload, async (c) => {
    const input = { ...c.req.valid('param'), ...c.req.valid('json') };
    return c.json(await uploadCertificate(c.var.ctx, actorOf(c), input), 201);
  })
  .openapi(remove, async (c) => {
    await removeCertificate(c.var.ctx, actorOf(c), c.req.valid('param'));
    return c.body(null, 204);
  });
