import { AppError } from '@fairlead/errors';
import { isProven } from '../desired.ts';
import type { Fleet } from '../fleet.ts';
import { frontCanaryOf } from './settings.ts';

/**
 * What a change of the load balancer must leave as it is while a canary is compared: the balancer, which notes both sides, and backends on each side.
 * @throws AppError `conflict`
 */
export function guardCanary(before: Fleet, after: Fleet): void {
  const canary = frontCanaryOf(before.loadBalancer);
  if (canary === null) return;
  const refuse = (message: string) => {
    throw new AppError('conflict', `Deployment #${canary.number} is a canary: ${message}`, {
      hint: 'Promote or abort it first.',
    });
  };
  const { loadBalancer } = after;
  if (!loadBalancer.enabled) refuse('without the load balancer nobody could be led past it.');
  for (const key of ['balancerServerId', 'successorServerId', 'formerServerId'] as const) {
    if (loadBalancer[key] !== before.loadBalancer[key])
      refuse('its balancer stays where both sides are compared.');
  }
  const isUp = ({ id }: { id: string }) =>
    after.backends.some((one) => one.id === id && one.desired === 'enabled');
  if (before.backends.some((one) => one.canary && one.desired === 'enabled' && !isUp(one))) {
    refuse('a backend that has it stays in until it is over.');
  }
  const isLeft = after.backends.some(
    (one) => !one.canary && one.desired === 'enabled' && isProven(one) && !one.backup,
  );
  const wasLeft = before.backends.some(
    (one) => !one.canary && one.desired === 'enabled' && isProven(one) && !one.backup,
  );
  if (wasLeft && !isLeft) refuse('one enabled backend at least keeps the release before it, and no backup.');
}
