import { lifecycle } from '../lifecycle.ts';

/** `failed`: its newest deployment failed and no release serves; an app that serves goes back to `live` instead. */
export const appStatus = lifecycle('app', {
  new: ['deploying', 'removing'],
  deploying: ['live', 'failed', 'new', 'removing'],
  live: ['deploying', 'removing'],
  failed: ['deploying', 'live', 'removing'],
  removing: [],
});
export type AppStatus = (typeof appStatus.statuses)[number];
