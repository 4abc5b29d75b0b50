import type { Pool } from '../budget.ts';
import { type Finding, ok } from '../finding.ts';

/** `pm.max_children` of the pools that Fairlead writes (ansible/roles/host/files/fairlead_host/app/php.py). */
const workers = 20;

/** PHP opens a connection for each worker that serves a request. */
export const phpPool: Pool = { connections: workers, text: `${workers} PHP workers`, evidence: [] };

/** What each backend's Nginx passes to PHP as `REMOTE_ADDR` and `HTTPS` (packages/nginx/src/backend.ts). */
export const phpProxies: Finding = ok(
  'Each backend’s Nginx gives PHP the visitor’s own address and scheme, so there is no proxy left to trust.',
);
