import * as z from 'zod';
import { pathSchema } from './path-settings.ts';

/** Paths of one gRPC service, `/shop.Orders/`, or of several that begin alike. */
const servicePath = pathSchema.refine(
  (prefix) => prefix.endsWith('/') && prefix !== '/',
  'Give the path of a service, e.g. /shop.Orders/: it ends with / and is not the whole site.',
);

/** Paths that are gRPC, each once: asked by HTTP/2 from the visitor to the app. */
export const grpcSchema = z
  .array(servicePath)
  .max(50, 'At most 50 services.')
  .check((context) => {
    for (const [index, prefix] of context.value.entries()) {
      if (context.value.indexOf(prefix) === index) continue;
      const message = 'This service is named already.';
      context.issues.push({ code: 'custom', message, path: [index], input: prefix });
    }
  });
