import { lifecycle } from '../lifecycle.ts';

/** What happens to the balancer; whether it should be on is the column `enabled`. */
export const loadBalancerStatus = lifecycle('load balancer', {
  off: ['enabling', 'applying'],
  enabling: ['on', 'failed', 'applying', 'disabling'],
  on: ['applying', 'disabling', 'failed'],
  applying: ['on', 'off', 'failed', 'disabling', 'enabling'],
  disabling: ['off', 'failed', 'enabling'],
  failed: ['enabling', 'applying', 'disabling', 'on', 'off'],
});
export type LoadBalancerStatus = (typeof loadBalancerStatus.statuses)[number];
