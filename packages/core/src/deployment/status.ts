import { lifecycle } from '../lifecycle.ts';

/** One commit on its way to all backends. */
export const deploymentStatus = lifecycle('deployment', {
  queued: ['running', 'cancelled', 'failed'],
  running: ['succeeded', 'failed', 'cancelled', 'queued', 'canary'],
  /** Some backends have it, and a share of the visitors; the others have the deployment before it. */
  canary: ['running', 'aborted'],
  aborted: [],
  succeeded: ['superseded'],
  failed: ['queued', 'running'],
  cancelled: ['queued'],
  superseded: [],
});
export type DeploymentStatus = (typeof deploymentStatus.statuses)[number];

/** The same commit on one backend. */
export const releaseStatus = lifecycle('release', {
  pending: ['building', 'failed', 'cancelled', 'superseded'],
  building: ['live', 'failed', 'cancelled', 'pending'],
  live: ['superseded', 'building', 'failed'],
  failed: ['building', 'pending', 'superseded', 'live'],
  cancelled: ['building', 'pending'],
  superseded: ['building', 'live'],
});
export type ReleaseStatus = (typeof releaseStatus.statuses)[number];
