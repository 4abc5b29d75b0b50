import type { FileKind } from './header.ts';
import type { Slug } from './spec.ts';

const FRONT_PREFIX = 'fairlead_';
/** No front's name starts like this: after `fairlead_` a front's name goes on with a letter's slug, and this has no underscore there. */
const LOCAL_PREFIX = 'fairleadlocal_';

// A slug has no underscore, so writing `-` as `_` can be undone: two slugs never make one name.
function identifier(app: Slug): string {
  return app.replaceAll('-', '_');
}

/** The upstream of an app's front, also the name of its shared memory zone: `a-b` → `fairlead_a_b`. No host name, as it has an underscore. */
export function frontUpstreamName(app: Slug): string {
  return FRONT_PREFIX + identifier(app);
}

/** The app that {@link frontUpstreamName} gave a name for. */
export function readFrontUpstreamName(name: string): string {
  return name.slice(FRONT_PREFIX.length).replaceAll('_', '-');
}

/** The upstream of the backends of an app that have its canary, also its zone's name. */
export function canaryUpstreamName(app: Slug): string {
  return `fairleadcanary_${identifier(app)}`;
}

/**
 * Variables of one front with a canary: the visitor's number, the cookie that keeps it, the side that the number means, and the one that is taken. None
 * has more than 46 letters, see {@link dollarVariableName}.
 */
export function canaryVariableNames(app: Slug): {
  number: string;
  keep: string;
  share: string;
  side: string;
} {
  const name = identifier(app);
  return {
    number: `$fairlead_draw_${name}`,
    keep: `$fairlead_keep_${name}`,
    share: `$fairlead_part_${name}`,
    side: `$fairlead_side_${name}`,
  };
}

/** What the lines of a canary's log look like. */
export function canaryLogFormat(app: Slug): string {
  return `fairleadcanary_${identifier(app)}`;
}

/** Where the requests of a front with a canary are noted for comparing both sides. */
export function canaryLogPath(app: Slug): string {
  return `/var/log/nginx/fairlead-${app}.canary.log`;
}

/** The upstream of the app's own process on a backend; stands beside the front's where one machine is both. */
export function localUpstreamName(app: Slug): string {
  return LOCAL_PREFIX + identifier(app);
}

/** The upstream of the gRPC services of an app's front, also its zone's name. Its connections are not kept, so the other one's can not be its. */
export function grpcUpstreamName(app: Slug): string {
  return `fairleadgrpc_${identifier(app)}`;
}

/** The upstream of the app's own process for its gRPC services. */
export function localGrpcUpstreamName(app: Slug): string {
  return `fairleadlocalgrpc_${identifier(app)}`;
}

/** The longest name of an app that fits a variable's name after `fairlead_visitor_`, see {@link dollarVariableName}. */
const LONGEST_OF_VISITOR = 29;

/** Whether a variable says whose number a request has, see {@link stickyVariableNames}. */
export function isVisitorVariable(name: string | undefined): boolean {
  return /^\$fairlead_visit(?:or)?_/.test(name ?? '');
}

/** Variables of one front that keeps visitors by a cookie of its own: whose number this is, and the cookie to set. */
export function stickyVariableNames(app: Slug): { visitor: string; cookie: string } {
  if (app.length > LONGEST_OF_VISITOR) {
    return { visitor: `$fairlead_visit_${identifier(app)}`, cookie: `$fairlead_give_${identifier(app)}` };
  }
  return { visitor: `$fairlead_visitor_${identifier(app)}`, cookie: `$fairlead_cookie_${identifier(app)}` };
}

/**
 * The variable of one front that holds a dollar sign. With the longest app's name it has 45 letters: of more than 46 Nginx's table of variables takes no
 * name as it comes (64-byte buckets).
 */
export function dollarVariableName(app: Slug): string {
  return `fairlead_sign_${identifier(app)}`;
}

/** The variable of one front that holds what follows the prefix of a redirect. */
export function restVariableName(app: Slug): string {
  return `$fairlead_rest_${identifier(app)}`;
}

/** The variable of one front that names the upstream of another app. */
export function routeVariableName(app: Slug): string {
  return `$fairlead_route_${identifier(app)}`;
}

/** Variables of one front behind a proxy: whether a connection comes from it, and the scheme and port that the visitor used. */
export function proxyVariableNames(app: Slug): { via: string; scheme: string; port: string } {
  const name = identifier(app);
  return { via: `$fairlead_via_${name}`, scheme: `$fairlead_proto_${name}`, port: `$fairlead_port_${name}` };
}

/** The variable of one front that makes a cookie `Secure` where the visitor came by TLS. */
export function secureVariableName(app: Slug): string {
  return `$fairlead_tls_${identifier(app)}`;
}

/** The memory in which all fronts of a server keep TLS sessions. */
export const tlsSessionZone = 'fairleadtls';

/** The memory in which all backends of a server keep TLS sessions of calls of gRPC. */
export const grpcSessionZone = 'fairleadgrpctls';

/** The memory in which one front counts requests. No upstream's zone is called so: after `fairlead` those go on with `_` or `local_`. */
export function rateZoneName(app: Slug): string {
  return `fairleadrate_${identifier(app)}`;
}

/** Variables of one front that counts requests: whom a request counts for, and the same again. */
export function countedVariableNames(app: Slug): { counted: string; kept: string } {
  const name = identifier(app);
  return { counted: `$fairlead_for_${name}`, kept: `$fairlead_kept_${name}` };
}

/** The name of the server block that stands first in a front's file so that the app's own is never the default. Under a domain that can't exist (RFC 6761). */
export function nobodyName(app: Slug): string {
  return `${app}.invalid`;
}

/** The upstream of one stream of an app, also its zone's name, which no upstream of HTTP has: `a-b`, `pg` → `fairleadstream_a_b.pg`. */
export function streamUpstreamName(app: Slug, stream: string): string {
  return `fairleadstream_${identifier(app)}.${stream}`;
}

/** The stream that {@link streamUpstreamName} gave a name for. */
export function readStreamUpstreamName(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}

/** The variable that says which upstream a client's name means on one port. With the longest app's name it has 46 letters, see {@link dollarVariableName}. */
export function streamNameVariable(app: Slug, port: number): string {
  return `$fairlead_${port}_${identifier(app)}`;
}

/** Where the requests of one app's front or backend, or the connections of its streams or calls, are logged. */
export function accessLogPath(app: Slug, kind: FileKind): string {
  return `/var/log/nginx/fairlead-${app}.${kind}.log`;
}
