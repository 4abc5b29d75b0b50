import type { HttpSettings } from '@fairlead/nginx';
import { isSameHttp, snippetWarnings } from '@fairlead/nginx';
import { grpcPort, takesGrpcByTls } from '../backend/ways.ts';
import type { Fleet } from '../fleet.ts';
import { httpOf } from './http-of.ts';
import type { PlanNote } from './plan-view.ts';
import { tlsOf } from './tls-of.ts';

const GIBIBYTE = 1024 ** 3;
/** Above this many seconds a visitor has gone before an error comes. */
const PATIENCE_SECONDS = 300;

const info = (text: string): PlanNote => ({ level: 'info', text });
const warning = (text: string): PlanNote => ({ level: 'warning', text });

/** In words: what other HTTP settings of the front mean that a diff does not say. Of settings that stay, nothing. */
export function httpNotes(before: Fleet, after: Fleet): PlanNote[] {
  const [from, to] = [httpOf(before.loadBalancer), httpOf(after.loadBalancer)];
  if (isSameHttp(from, to)) return [];
  const isChanged = (...names: (keyof HttpSettings)[]) =>
    names.some((name) => JSON.stringify(from[name]) !== JSON.stringify(to[name]));
  return [
    ...(isChanged('maxBodyBytes') ? bodyNotes(after, to) : []),
    ...(isChanged('timeouts') ? timeoutNotes(to) : []),
    ...(isChanged('buffering') && !to.buffering
      ? [
          info(
            'Without buffering each visitor holds a connection of a backend until they have read all of an answer.',
          ),
        ]
      : []),
    ...(isChanged('gzip') ? gzipNotes(to) : []),
    ...(isChanged('balancerHealth') ? healthNotes(after, to) : []),
    ...(isChanged('requestHeaders', 'responseHeaders') ? headerNotes(from, to) : []),
    ...(isChanged('redirects') ? redirectNotes(after, from, to) : []),
    ...(isChanged('access') ? accessNotes(to) : []),
    ...(isChanged('routes') ? routeNotes(after, to) : []),
    ...(isChanged('grpc') ? grpcNotes(after, to) : []),
    ...(isChanged('snippet') ? snippetNotes(to) : []),
    ...(isChanged('trustedProxy') ? trustedProxyNotes(from, to) : []),
    ...(isChanged('access', 'rateLimit') &&
    to.trustedProxy === null &&
    (to.access.length > 0 || to.rateLimit !== null)
      ? [
          info(
            'Visitors count by the address that their connection comes from: an office, or a proxy before this balancer, is one address.',
          ),
        ]
      : []),
    ...(isChanged('maxBodyBytes', 'timeouts', 'buffering', 'grpc')
      ? [
          info(
            'Each backend’s own Nginx is told first, with a reload of its own where it is concerned; then the balancer.',
          ),
        ]
      : []),
  ];
}

function bodyNotes({ app }: Fleet, { maxBodyBytes }: HttpSettings): PlanNote[] {
  const notes: PlanNote[] = [];
  if (maxBodyBytes > GIBIBYTE) {
    const size = Math.round((10 * maxBodyBytes) / GIBIBYTE) / 10;
    notes.push(
      warning(
        `Bodies of up to ${size} GiB each lie on the disks of the balancer and the backend until they have come whole.`,
      ),
    );
  }
  if (app.runtime === 'php') {
    notes.push(
      info('PHP has limits of its own, upload_max_filesize and post_max_size: raise them in the app too.'),
    );
  }
  return notes;
}

function timeoutNotes({ timeouts: { readSeconds } }: HttpSettings): PlanNote[] {
  if (readSeconds <= PATIENCE_SECONDS) return [];
  return [info(`A visitor of a stuck backend waits up to ${readSeconds} s for the error.`)];
}

function gzipNotes({ gzip }: HttpSettings): PlanNote[] {
  if (gzip.mode !== 'on') return [];
  return [
    info('Compressing costs the balancer processor time for each answer that the backends did not compress.'),
    info(
      'Over HTTPS, pages that show both a secret and what a visitor sent can be guessed by their compressed length (BREACH).',
    ),
  ];
}

function healthNotes({ app }: Fleet, { balancerHealth: { enabled, path } }: HttpSettings): PlanNote[] {
  if (!enabled) return [];
  if (path !== app.healthPath) {
    return [info(`${path} says that the balancer’s Nginx answers; it says nothing of the backends.`)];
  }
  return [
    warning(
      `${path} is the health path of ${app.name} too: asked through the balancer it is then always ok, even where no backend is. Choose another path.`,
    ),
  ];
}

/** Names of fields that are known to hold what nobody else should read. */
const SECRET = /authorization|cookie|key|password|secret|token/i;

function headerNotes(from: HttpSettings, to: HttpSettings): PlanNote[] {
  const isNew = (list: 'requestHeaders' | 'responseHeaders') =>
    to[list].filter((field) => !from[list].some((known) => JSON.stringify(known) === JSON.stringify(field)));
  const secret = isNew('requestHeaders').filter(({ name, value }) => value !== '' && SECRET.test(name));
  const strict = isNew('responseHeaders').some(
    ({ name, value }) => name.toLowerCase() === 'strict-transport-security' && value !== '',
  );
  return [
    ...secret.map(({ name }) =>
      warning(
        `The value of ${name} can be read by whoever may read this app: it stands in the plan, in every configuration from now on and in the balancer’s file.`,
      ),
    ),
    ...(strict
      ? [
          warning(
            'Browsers that have seen Strict-Transport-Security refuse plain HTTP for as long as it says.',
          ),
        ]
      : []),
  ];
}

function redirectNotes({ app }: Fleet, from: HttpSettings, to: HttpSettings): PlanNote[] {
  const lasting = to.redirects.filter(
    (redirect) =>
      (redirect.status === 301 || redirect.status === 308) &&
      !from.redirects.some((known) => JSON.stringify(known) === JSON.stringify(redirect)),
  );
  const ofHealth = to.redirects.find(({ match, from: path }) =>
    match === 'exact' ? path === app.healthPath : app.healthPath.startsWith(path),
  );
  const paths = lasting.map((redirect) => redirect.from).join(', ');
  const notes: PlanNote[] = [];
  if (lasting.length > 0) {
    notes.push(
      info(`Browsers remember 301 and 308: taking back ${paths} later does not reach those who were led on.`),
    );
  }
  if (ofHealth !== undefined) {
    const text = `${app.healthPath} is the health path of ${app.name}: redirected, it does not show any more whether the app answers through the balancer`;
    const isRefused = ofHealth.status === 307 || ofHealth.status === 308;
    notes.push(
      warning(
        isRefused
          ? `${text}, and with ${ofHealth.status} every deployment fails at its last check.`
          : `${text}.`,
      ),
    );
  }
  return notes;
}

function accessNotes({ access }: HttpSettings): PlanNote[] {
  if (access.at(-1)?.source !== 'all' || access.at(-1)?.action !== 'deny') return [];
  const allowed = access.filter(({ action }) => action === 'allow').map(({ source }) => source);
  const who = allowed.length === 0 ? 'Nobody' : `Nobody but ${allowed.join(', ')}`;
  return [warning(`${who} reaches the app; everybody else gets 403.`)];
}

function trustedProxyNotes(
  { trustedProxy: known }: HttpSettings,
  { trustedProxy }: HttpSettings,
): PlanNote[] {
  if (trustedProxy === null) {
    return [
      info(
        'Visitors count by the address that their connection comes from again: behind a proxy that is the proxy’s, for rules, limits, the method IP hash and the app.',
      ),
    ];
  }
  const { networks, field, only, listUrl } = trustedProxy;
  const count = networks.length === 1 ? 'One network is' : `${networks.length} networks are`;
  return [
    info(
      `${count} believed when ${field} says who the visitor is. Rules, limits, the method IP hash and the app go by that; whoever connects from elsewhere counts by their own address.`,
    ),
    ...(field.toLowerCase() === 'x-forwarded-for'
      ? []
      : [
          warning(
            `The proxy has to set ${field} itself: if it passes on what visitors send in it, they can say that they are anybody.`,
          ),
        ]),
    ...(only && !known?.only
      ? [
          warning(
            'Whoever connects past the proxy gets 403, at every path: the DNS of each domain has to lead to the proxy before.',
          ),
        ]
      : []),
    ...(listUrl !== null && listUrl !== known?.listUrl
      ? [info(`${listUrl} is read once a day; where it names other networks, they are applied.`)]
      : []),
  ];
}

function snippetNotes({ snippet }: HttpSettings): PlanNote[] {
  if (snippet === '') return [];
  const lines = snippet.split('\n').length;
  return [
    warning(
      `A snippet of ${lines} ${lines === 1 ? 'line' : 'lines'} is used as it is written: Fairlead keeps it in its place and has Nginx test it, but does not know what it does.`,
    ),
    ...snippetWarnings(snippet).map(warning),
  ];
}

function grpcNotes({ app, loadBalancer }: Fleet, { grpc }: HttpSettings): PlanNote[] {
  if (grpc.length === 0) return [];
  const ofHealth = grpc.find((prefix) => app.healthPath.startsWith(prefix));
  return [
    info(
      'The app’s process has to take HTTP/2 on the port where it takes HTTP/1.1, by which it is asked for its health.',
    ),
    ...(takesGrpcByTls(app, loadBalancer)
      ? [
          info(
            `Backends take its calls by TLS on port ${grpcPort(app)}, which is open to the balancer alone; the process answers them itself.`,
          ),
        ]
      : []),
    ...(tlsOf(loadBalancer).mode === 'off'
      ? [
          warning(
            'The front speaks HTTP/2 by TLS alone: until the app has a certificate, no client of gRPC gets through.',
          ),
        ]
      : []),
    ...(ofHealth === undefined
      ? []
      : [
          warning(
            `${app.healthPath} is the health path of ${app.name}: below ${ofHealth} it is asked for by gRPC.`,
          ),
        ]),
  ];
}

function routeNotes({ app }: Fleet, { routes }: HttpSettings): PlanNote[] {
  const ofHealth = routes.find(({ prefix }) => app.healthPath.startsWith(prefix));
  return [
    ...routes.map(({ prefix, app: other }) =>
      info(
        `Requests below ${prefix} go to the backends of ${other}, shared out by its method. Rules, limits and headers of ${app.name} count for them; the settings and the maintenance of ${other} do not.`,
      ),
    ),
    ...(ofHealth === undefined
      ? []
      : [
          warning(
            `${app.healthPath} is the health path of ${app.name}: below ${ofHealth.prefix} it is answered by ${ofHealth.app}, and does not show any more whether the app answers through the balancer.`,
          ),
        ]),
  ];
}
