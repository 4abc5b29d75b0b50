import {
  type HttpChange,
  type HttpSettings,
  hasRealIp,
  httpSettingsSchema,
  unusualHttp,
} from '@fairlead/nginx';
import type { Fleet } from '../fleet.ts';
import { fieldErrors, invalidInput } from '../input.ts';
import { httpOf } from './http-of.ts';
import type { Neighbour } from './neighbours.ts';
import { capabilitiesOfServer } from './plan-files.ts';

/** The settings with what a change names in place of what was. */
export function changedHttp(settings: HttpSettings, change: HttpChange): unknown {
  const named = Object.entries(change).filter(([, value]) => value !== undefined);
  return { ...settings, ...Object.fromEntries(named) };
}

/**
 * The fleet with other HTTP settings.
 * @param neighbours apps that routes may lead to
 * @throws AppError `invalid-input` below `http` for settings that do not go together, and for routes to other apps
 */
export function withHttp(fleet: Fleet, change: HttpChange, neighbours: readonly Neighbour[]): Fleet {
  const { loadBalancer } = fleet;
  const strange = (change.routes ?? []).findIndex(({ app }) => !neighbours.some(({ slug }) => slug === app));
  if (strange >= 0) {
    const message = 'Choose another app that serves from this balancer.';
    throw invalidInput([{ path: `http.routes.${strange}.app`, message }]);
  }
  const result = httpSettingsSchema.safeParse(changedHttp(httpOf(loadBalancer), change));
  if (!result.success) {
    throw invalidInput(
      fieldErrors(result.error.issues).map((error) => ({ ...error, path: `http.${error.path}` })),
    );
  }
  const balancer = fleet.servers.find(({ id }) => id === loadBalancer.balancerServerId);
  if (result.data.trustedProxy !== null && !hasRealIp(capabilitiesOfServer(balancer))) {
    const message = `Nginx on ${balancer?.name ?? 'the balancer'} was built without its real-ip module, which believes a proxy.`;
    throw invalidInput([{ path: 'http.trustedProxy', message }]);
  }
  return { ...fleet, loadBalancer: { ...loadBalancer, http: unusualHttp(result.data) } };
}

/** The fleet of a restore without those routes that lead nowhere any more. */
export function withoutLostRoutes(fleet: Fleet, neighbours: readonly Neighbour[]): Fleet {
  const { loadBalancer } = fleet;
  const http = httpOf(loadBalancer);
  const routes = http.routes.filter(({ app }) => neighbours.some(({ slug }) => slug === app));
  if (routes.length === http.routes.length) return fleet;
  return { ...fleet, loadBalancer: { ...loadBalancer, http: unusualHttp({ ...http, routes }) } };
}
