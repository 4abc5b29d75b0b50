import { Hono } from 'hono';
import { createDocsPage } from './docs-page.ts';
import { authenticate } from './middleware/authenticate.ts';
import { limitBody } from './middleware/body-limit.ts';
import { checkOrigin } from './middleware/origin.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { answerError, httpProblem, problemResponse } from './problem.ts';
import { createRouter } from './route.ts';
import { accountRoutes } from './routes/account.ts';
import { appRoutes } from './routes/apps.ts';
import { backendRoutes } from './routes/backends.ts';
import { certificateRoutes } from './routes/certificates.ts';
import { databaseRoutes } from './routes/databases.ts';
import { deploymentRoutes } from './routes/deployments.ts';
import { driftRoutes } from './routes/drift.ts';
import { eventRoutes } from './routes/events.ts';
import { importRoutes } from './routes/imports.ts';
import { livenessRoutes } from './routes/liveness.ts';
import { loadBalancerRoutes } from './routes/load-balancers.ts';
import { operationRoutes } from './routes/operations.ts';
import { processRoutes } from './routes/processes.ts';
import { repositoryAccessRoutes } from './routes/repository-access.ts';
import { serverRoutes } from './routes/servers.ts';
import { setupRoutes } from './routes/setup.ts';
import { pushRoutes, webhookRoutes } from './routes/webhooks.ts';
import { handleAuth } from './sign-in.ts';
import type { ApiEnv, ApiOptions } from './variables.ts';

const bodyLimitBytes = 256 * 1024;
/** Room for many variables of 64 KiB. */
const environmentLimitBytes = 8 * 1024 * 1024;
/** A push of two thousand commits. */
const pushLimitBytes = 4 * 1024 * 1024;

function bodyLimitOf(path: string): number {
  if (path.endsWith('/environment')) return environmentLimitBytes;
  return path.startsWith('/api/v1/webhooks/') ? pushLimitBytes : bodyLimitBytes;
}

/** What anybody may call. */
const openRoutes = createRouter().route('/', setupRoutes).route('/', livenessRoutes).route('/', pushRoutes);

/** What asks for a session or a token. */
const closedRoutes = createRouter()
  .route('/', accountRoutes)
  .route('/', serverRoutes)
  .route('/', appRoutes)
  .route('/', repositoryAccessRoutes)
  .route('/', deploymentRoutes)
  .route('/', webhookRoutes)
  .route('/', loadBalancerRoutes)
  .route('/', certificateRoutes)
  .route('/', databaseRoutes)
  .route('/', processRoutes)
  .route('/', driftRoutes)
  .route('/', importRoutes)
  .route('/', backendRoutes)
  .route('/', operationRoutes)
  .route('/', eventRoutes);

/** The type that the client is made of. */
export type ApiRoutes = typeof closedRoutes & typeof openRoutes;

const isOpen = (method: string, path: string) =>
  (method === 'POST' && /^\/api\/v1\/webhooks\/[^/]+$/.test(path)) ||
  (/^\/api\/v1\/(?:setup|health|openapi\.json|docs(?:\/scalar\.js)?)$/.test(path) &&
    (method === 'GET' || method === 'HEAD' || path.endsWith('/setup')));

/**
 * The whole HTTP side: `/api/v1/*` and `/api/auth/*`. Knows no server: mount `fetch` in Next.js, in Node.js (`server.ts`) or call `request` in a test.
 */
export function createApi(options: ApiOptions) {
  const root = new Hono<ApiEnv>();
  root.use('/api/*', async (c, next) => {
    c.set('options', options);
    c.set('ctx', options.ctx);
    await next();
  });
  root.use('/api/*', securityHeaders);
  root.use('/api/*', (c, next) => limitBody(bodyLimitOf(c.req.path))(c, next));
  root.use('/api/v1/*', checkOrigin);
  root.use('/api/v1/*', (c, next) => (isOpen(c.req.method, c.req.path) ? next() : authenticate(c, next)));

  root.on(['GET', 'POST'], '/api/auth/*', handleAuth);
  const v1 = createRouter().route('/', openRoutes).route('/', closedRoutes);
  v1.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'fl_…',
  });
  v1.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'fairlead.session_token',
  });
  v1.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Fairlead',
      version: options.version,
      description: 'One app server becomes a load-balanced fleet.',
    },
    servers: [{ url: '/api/v1' }],
    security: [{ token: [] }, { session: [] }],
  });
  root.route('/api/v1', v1);
  root.route('/api/v1', createDocsPage());

  root.notFound(() => problemResponse(httpProblem(404, 'not-found', 'There is nothing at this address.')));
  root.onError((thrown) =>
    answerError(thrown, (error) =>
      options.ctx.log.error({ error: error.cause ?? error }, 'a request failed'),
    ),
  );
  return root;
}

export type Api = ReturnType<typeof createApi>;
