import type { OperationKind } from '../operation/kinds.ts';
import { type LoadBalancerStatus, loadBalancerStatus } from './status.ts';

/** What a balancer is called from the moment an intent is accepted; while another one runs, that one's word stays. */
export function nextLoadBalancerStatus(
  balancer: { status: string; enabled: boolean },
  kind: OperationKind,
): LoadBalancerStatus {
  const { status } = balancer;
  if (kind === 'load-balancer.enable') return loadBalancerStatus.transition(status, 'enabling');
  if (kind === 'load-balancer.disable') return loadBalancerStatus.transition(status, 'disabling');
  const busy = status === 'enabling' || status === 'disabling' || status === 'applying';
  return busy ? loadBalancerStatus.parse(status) : loadBalancerStatus.transition(status, 'applying');
}
