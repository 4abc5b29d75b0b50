import { lifecycle } from '../lifecycle.ts';

/** Where a backend is on its way to what is desired of it. A removed backend's row is deleted. */
export const backendStatus = lifecycle('backend', {
  pending: ['preparing', 'deploying', 'removing', 'failed'],
  preparing: ['pending', 'deploying', 'failed', 'removing'],
  deploying: ['active', 'disabled', 'failed', 'removing', 'pending'],
  active: ['deploying', 'draining', 'disabled', 'removing', 'failed'],
  draining: ['disabled', 'active', 'removing', 'deploying', 'failed'],
  disabled: ['active', 'preparing', 'deploying', 'removing', 'failed'],
  removing: ['failed', 'pending', 'preparing'],
  failed: ['pending', 'preparing', 'deploying', 'active', 'draining', 'disabled', 'removing'],
});
export type BackendState = (typeof backendStatus.statuses)[number];

export const backendDesires = ['enabled', 'disabled', 'removed'] as const;
export type BackendDesire = (typeof backendDesires)[number];
