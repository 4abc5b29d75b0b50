import { hasTls } from '@fairlead/nginx';
import { hasProcess } from '../app/runtimes.ts';
import { listenPorts } from '../backend/ports.ts';
import type { TakenPort } from '../backend/taken-ports.ts';
import { grpcPort, isWaySettled, tlsPort, towards } from '../backend/ways.ts';
import { colourPort, frontPorts } from '../desired-nginx.ts';
import type { Fleet } from '../fleet.ts';
import { type FieldError, invalidInput } from '../input.ts';
import { backendTlsOf } from './backend-tls-of.ts';
import {
  type BackendTlsChange,
  type BackendTlsSettings,
  backendTlsSettingsSchema,
} from './backend-tls-settings.ts';
import { capabilitiesOfServer } from './plan-files.ts';
import { streamsOf } from './streams-of.ts';

/** What a change of the way to the backends needs to know beside the rows of the fleet. */
export interface BackendTlsGiven {
  /** Ports of the backends' servers that others have. */
  takenPorts: readonly TakenPort[];
  /** An app that leads requests to this one's backends by a route of its own. */
  route: { name: string; prefix: string } | null;
}

/**
 * The fleet with other settings of the way to its backends. Backends are open for both ways until the front has turned.
 * @throws AppError `invalid-input` below `backendTls` for what this app can't have
 */
export function withBackendTls(fleet: Fleet, change: BackendTlsChange, given: BackendTlsGiven): Fleet {
  const { loadBalancer } = fleet;
  const known = backendTlsOf(loadBalancer);
  const named = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const settings = backendTlsSettingsSchema.parse({ ...known, ...named });
  const errors = settings.enabled ? refusals(fleet, settings, given) : [];
  if (
    tlsPort(fleet.app, known) !== tlsPort(fleet.app, settings) &&
    (known.enabled || !isWaySettled(loadBalancer))
  ) {
    errors.push({
      path: 'backendTls.port',
      message: 'Stop encrypting first: the port can not change under traffic.',
    });
  }
  if (errors.length > 0) throw invalidInput(errors);
  return {
    ...fleet,
    loadBalancer: {
      ...loadBalancer,
      backendTls: settings,
      backendWay: towards(loadBalancer, settings.enabled ? 'tls' : 'plain'),
    },
  };
}

function refusals(
  fleet: Fleet,
  settings: BackendTlsSettings,
  { takenPorts, route }: BackendTlsGiven,
): FieldError[] {
  const { servers } = fleet;
  const without = servers.filter((server) => !hasTls(capabilitiesOfServer(server)));
  const port = tlsPort(fleet.app, settings);
  const owners = [...takenPorts, ...ownPorts(fleet)];
  const taken = owners.find((known) => known.port === port);
  const calls = grpcPort(fleet.app);
  const inTheWay = hasProcess(fleet.app.runtime) ? owners.find((known) => known.port === calls) : undefined;
  return [
    ...(without.length === 0
      ? []
      : [
          {
            path: 'backendTls.enabled',
            message: `The Nginx of ${without.map(({ name }) => name).join(', ')} has no TLS.`,
          },
        ]),
    ...(route === null
      ? []
      : [
          {
            path: 'backendTls.enabled',
            message: `${route.name} leads ${route.prefix} to these backends, and asks them by plain HTTP: take that route away first.`,
          },
        ]),
    ...(taken === undefined
      ? []
      : [{ path: 'backendTls.port', message: `Port ${port} is taken by ${taken.by}: choose another one.` }]),
    ...(inTheWay === undefined
      ? []
      : [
          {
            path: 'backendTls.enabled',
            message: `Port ${calls}, where backends take calls of gRPC by TLS, is taken by ${inTheWay.by}: free it first.`,
          },
        ]),
  ];
}

/** What the app itself listens on. */
function ownPorts({ app, loadBalancer, backends }: Fleet): TakenPort[] {
  return [
    ...frontPorts(loadBalancer).map((port) => ({ port, by: 'the HTTP fronts of the balancer' })),
    ...backends.flatMap((backend) =>
      listenPorts(app, backend).map((port) => ({ port, by: 'its backends without TLS' })),
    ),
    ...streamsOf(loadBalancer).flatMap(({ name, listenPort, backendPort }) =>
      [listenPort, backendPort].map((port) => ({ port, by: `its stream ${name}` })),
    ),
    ...(['blue', 'green'] as const).map((colour) => ({
      port: colourPort(app.slot, colour),
      by: 'its process',
    })),
  ];
}
