import { createRoute } from '@hono/zod-openapi';
import { streamSSE } from 'hono/streaming';
import { identify } from '../middleware/authenticate.ts';
import { createRouter, problems } from '../route.ts';
import { actorOf } from '../variables.ts';

const heartbeatMs = 15_000;

const stream = createRoute({
  method: 'get',
  path: '/events',
  operationId: 'streamEvents',
  summary: 'What changes, as server-sent events: `{t, id}`; `t: gap` means read everything again',
  tags: ['Events'],
  responses: {
    200: { content: { 'text/event-stream': { schema: {} } }, description: 'An endless stream' },
    ...problems,
  },
});

export const eventRoutes = createRouter().openapi(stream, (c) => {
  const { organizationId } = actorOf(c);
  const { options } = c.var;
  const { headers } = c.req.raw;
  // Proxies that buffer would hold events back.
  c.header('x-accel-buffering', 'no');
  return streamSSE(c, async (sse) => {
    const ended = new Promise<void>((resolve) => sse.onAbort(resolve));
    const unsubscribe = options.events.subscribe(organizationId, (event) => {
      void sse.writeSSE({ data: JSON.stringify(event) });
    });
    let timer: NodeJS.Timeout | undefined;
    try {
      await sse.write(': hello\n\n');
      while (!sse.aborted && !sse.closed) {
        const beat = new Promise<'beat'>((resolve) => {
          timer = setTimeout(() => resolve('beat'), heartbeatMs);
        });
        if ((await Promise.race([ended, beat])) !== 'beat') break;
        // A session that ended, or a member who left, hears no more.
        const identity = await identify(options, headers).catch(() => null);
        if (identity?.actor.organizationId !== organizationId) break;
        await sse.write(': alive\n\n');
      }
    } finally {
      clearTimeout(timer);
      unsubscribe();
    }
  });
});
