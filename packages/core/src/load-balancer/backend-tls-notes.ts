import { tlsPort, wantedWay } from '../backend/ways.ts';
import type { Fleet } from '../fleet.ts';
import { backendTlsOf } from './backend-tls-of.ts';
import type { PlanNote } from './plan-view.ts';

/** In words: how the front turns to another way of asking its backends. Where that stays, nothing. */
export function backendTlsNotes(before: Fleet, { app, loadBalancer, backends }: Fleet): PlanNote[] {
  const wanted = wantedWay(loadBalancer);
  if (wantedWay(before.loadBalancer) === wanted) return [];
  const port = tlsPort(app, backendTlsOf(loadBalancer));
  const info = (text: string): PlanNote => ({ level: 'info', text });
  const own = backends.some((backend) => backend.port !== null);
  if (wanted === 'plain') {
    return [
      {
        level: 'warning',
        text: 'Requests go to the backends without encryption: whoever is on the network between can read them.',
      },
      info(
        `The balancer turns to plain HTTP once it has found every backend healthy there; port ${port} is closed last.`,
      ),
    ];
  }
  return [
    info(
      `Each backend gets a certificate of this app’s own authority, whose key stays with Fairlead, and listens on port ${port} by TLS. The balancer turns there once it has found every backend healthy by TLS; what was open before is closed last.`,
    ),
    info(
      'A backend that shows another certificate, or one that has ended, counts as one that does not answer: nothing is sent to it.',
    ),
    ...(own
      ? [
          info(
            `Ports of single backends count again when traffic is no longer encrypted: until then all listen on ${port}.`,
          ),
        ]
      : []),
  ];
}
