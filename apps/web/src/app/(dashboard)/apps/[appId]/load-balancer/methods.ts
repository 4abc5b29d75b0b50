import type { LoadBalancer } from '@fairlead/api/types';
import type { RadioCard } from '@fairlead/ui';

export type Method = LoadBalancer['method'];
/** How requests are shared out, and what that goes by. */
export type Balancing = Pick<LoadBalancer, 'method' | 'hashKey' | 'stickyCookie'>;

/** How requests are shared out, and what each way is good for. */
const methodCards: RadioCard<Method>[] = [
  {
    value: 'round_robin',
    label: 'Round robin',
    detail: 'Requests go to the backends in turn, by weight. For stateless apps, and the one to begin with.',
  },
  {
    value: 'least_conn',
    label: 'Least connections',
    detail: 'A request goes where the fewest are open. For apps whose requests differ much in length.',
  },
  {
    value: 'random',
    label: 'Random two',
    detail: 'Of two backends by chance, the one with fewer open. For several balancers before one fleet.',
  },
  {
    value: 'least_time',
    label: 'Least time',
    detail: 'A request goes to the backend that answers soonest and has the fewest open.',
  },
  {
    value: 'sticky',
    label: 'Sticky cookie',
    detail: 'A visitor stays with a backend by a cookie. For sessions that live on one server.',
  },
  {
    value: 'ip_hash',
    label: 'IP hash',
    detail: 'A client’s address always goes to the same backend: where clients keep no cookies.',
  },
  {
    value: 'hash',
    label: 'Hash',
    detail: 'The same address or field always goes to the same backend. For caches, and for tenants.',
  },
];

/** The cards with those crossed out that this balancer can't use now, each with the reason. */
export function methodCardsOf({ methods }: Pick<LoadBalancer, 'methods'>): RadioCard<Method>[] {
  const refusals = new Map(methods.map(({ method, refusal }) => [method, refusal]));
  return methodCards.map((card) => {
    const refusal = refusals.get(card.value) ?? null;
    return refusal === null ? card : { ...card, detail: refusal, disabled: true };
  });
}

/** `Round robin`. */
export const methodName = (method: Method): string =>
  methodCards.find((card) => card.value === method)?.label ?? method;

/** `Hash of x-tenant`, `Sticky cookie fairlead_backend`, `Round robin`. */
export function describeBalancing({ method, hashKey, stickyCookie }: Balancing): string {
  if (method === 'hash')
    return `Hash of ${hashKey === 'uri' ? 'the address' : hashKey.replace('header:', '')}`;
  return method === 'sticky' ? `Sticky cookie ${stickyCookie}` : methodName(method);
}

/** `Off`, `Over 60 s`. */
export function describeSlowStart({ slowStartSeconds }: Pick<LoadBalancer, 'slowStartSeconds'>): string {
  return slowStartSeconds === 0 ? 'Off: all of its weight at once' : `Over ${slowStartSeconds} s`;
}
