import type { FrontSpec } from './front-spec.ts';
import { keptHttp } from './http-front.ts';
import { hsts } from './tls.ts';
import { block, type ConfigNode, comment, directive } from './tree.ts';

/** By this a front under maintenance is known when its file is read back. */
export const MAINTENANCE_REMARK = 'Maintenance: every visitor gets this page, and no backend a request.';

/** Plain enough for every browser, quiet in both colour schemes, and without a character that means something to Nginx. */
const MAINTENANCE_PAGE =
  '<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=width=device-width><meta name=color-scheme content="light dark">' +
  '<title>Back soon</title><style>body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1.5rem}</style>' +
  '<h1>Back soon</h1><p>This site is being worked on. Please try again in a few minutes.</p>\n';

/** Answers from the front itself: nobody may keep them. @see https://www.rfc-editor.org/rfc/rfc9110#section-15.6.4 */
function answer(
  spec: FrontSpec,
  remarks: ConfigNode[],
  type: string,
  retrySeconds: number,
  text: string,
): ConfigNode {
  return block(
    'location',
    ['/'],
    ...remarks,
    directive('default_type', type),
    ...hsts(spec),
    directive('add_header', 'Retry-After', retrySeconds, 'always'),
    directive('add_header', 'Cache-Control', 'no-store', 'always'),
    directive('return', 503, text),
  );
}

/** While somebody works on the app. */
export function maintenance(spec: FrontSpec): ConfigNode {
  const remarks = [comment(MAINTENANCE_REMARK), ...keptHttp(spec.http)];
  return answer(spec, remarks, 'text/html', 120, MAINTENANCE_PAGE);
}

/** While no backend is there, or all are switched off. */
export function nobodyServes(spec: FrontSpec): ConfigNode {
  const { method, hashKey, stickyCookie, servers, http } = spec;
  const chosen = [method, hashKey, stickyCookie].filter(Boolean).join(' ');
  const remark = `The first backend brings an upstream (${chosen}): Nginx takes no empty one.`;
  const text = 'No backend of this app is switched on.\n';
  const remarks = servers.length === 0 ? [comment(remark)] : [];
  return answer(spec, [...remarks, ...keptHttp(http)], 'text/plain', 10, text);
}
