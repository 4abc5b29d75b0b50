import type { Backend, LoadBalancer } from '@fairlead/db';
import { type FrontSpec, type UpstreamServer, unusualHttp } from '@fairlead/nginx';

/**
 * The way back from a front to the rows that bring it about: the one place that knows which column each option of Nginx lives in, as `frontSpec` is the
 * one place that knows it forwards.
 */
export function balancerColumns({
  method,
  hashKey,
  stickyCookie,
  http,
}: FrontSpec): Pick<LoadBalancer, 'method' | 'http'> & Partial<LoadBalancer> {
  return {
    method,
    http: unusualHttp(http),
    ...(hashKey === undefined ? {} : { hashKey }),
    ...(stickyCookie === undefined ? {} : { stickyCookie }),
  };
}

/** The columns of the backend that a `server` line stands for. */
export function backendColumns(line: UpstreamServer): Partial<Backend> {
  const { down, weight, maxFails, failTimeoutSeconds, maxConns, backup, drain } = line;
  const desired = down ? 'disabled' : 'enabled';
  return { weight, maxFails, failTimeoutSeconds, maxConns, backup, drain, desired };
}
