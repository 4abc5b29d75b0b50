/** The six things a colour may say. */
export type Tone = 'healthy' | 'deploying' | 'draining' | 'unhealthy' | 'disabled' | 'unknown';

/** Marks beside the tone's own, where the tone alone would say too much. */
export type Mark = Tone | 'waiting' | 'attention';

interface StateLook {
  tone: Tone;
  word: string;
  /** Another mark than the tone's own. */
  mark?: Mark;
}

/** Every state of every noun: its word and its colour. One entry serves the badge, the health bar and the picture. */
const looks: Record<string, StateLook> = {
  // health
  healthy: { tone: 'healthy', word: 'Healthy' },
  unhealthy: { tone: 'unhealthy', word: 'Unhealthy' },
  degraded: { tone: 'draining', word: 'Degraded', mark: 'attention' },
  unknown: { tone: 'unknown', word: 'Unknown' },
  deploying: { tone: 'deploying', word: 'Deploying' },
  // server
  new: { tone: 'disabled', word: 'New', mark: 'unknown' },
  checking: { tone: 'deploying', word: 'Checking' },
  unconfirmed: { tone: 'draining', word: 'Confirm fingerprint', mark: 'attention' },
  reachable: { tone: 'healthy', word: 'Reachable' },
  preparing: { tone: 'deploying', word: 'Preparing' },
  ready: { tone: 'healthy', word: 'Ready' },
  unreachable: { tone: 'unhealthy', word: 'Unreachable' },
  host_key_changed: { tone: 'unhealthy', word: 'Host key changed' },
  failed: { tone: 'unhealthy', word: 'Failed' },
  // app and load balancer
  live: { tone: 'healthy', word: 'Live' },
  removing: { tone: 'draining', word: 'Removing' },
  off: { tone: 'disabled', word: 'Off' },
  enabling: { tone: 'deploying', word: 'Enabling' },
  on: { tone: 'healthy', word: 'On' },
  applying: { tone: 'deploying', word: 'Applying' },
  disabling: { tone: 'draining', word: 'Disabling' },
  // backend
  pending: { tone: 'disabled', word: 'Pending', mark: 'waiting' },
  active: { tone: 'healthy', word: 'Active' },
  draining: { tone: 'draining', word: 'Draining' },
  disabled: { tone: 'disabled', word: 'Disabled' },
  // deployment, release, operation, step, check
  queued: { tone: 'disabled', word: 'Queued', mark: 'waiting' },
  running: { tone: 'deploying', word: 'Running' },
  building: { tone: 'deploying', word: 'Building' },
  starting: { tone: 'deploying', word: 'Starting' },
  succeeded: { tone: 'healthy', word: 'Succeeded' },
  passed: { tone: 'healthy', word: 'Passed' },
  canary: { tone: 'deploying', word: 'Canary' },
  aborted: { tone: 'draining', word: 'Aborted', mark: 'attention' },
  cancelled: { tone: 'disabled', word: 'Cancelled' },
  superseded: { tone: 'disabled', word: 'Superseded' },
  skipped: { tone: 'disabled', word: 'Skipped' },
  warning: { tone: 'draining', word: 'Warning', mark: 'attention' },
};

/** Look of a state by its stored name; a name that nobody taught us is shown as it is, in the colour of the unknown. */
export function stateLook(state: string): StateLook {
  return looks[state] ?? { tone: 'unknown', word: state.replaceAll('_', ' ') };
}

/** Classes of a tone, written out so that Tailwind finds them. */
export const toneClasses: Record<
  Tone,
  { text: string; mark: string; fill: string; wash: string; stroke: string }
> = {
  healthy: {
    text: 'text-healthy-ink',
    mark: 'text-healthy',
    fill: 'bg-healthy',
    wash: 'bg-healthy-wash',
    stroke: 'stroke-healthy',
  },
  deploying: {
    text: 'text-deploying-ink',
    mark: 'text-deploying',
    fill: 'bg-deploying',
    wash: 'bg-deploying-wash',
    stroke: 'stroke-deploying',
  },
  draining: {
    text: 'text-draining-ink',
    mark: 'text-draining',
    fill: 'bg-draining',
    wash: 'bg-draining-wash',
    stroke: 'stroke-draining',
  },
  unhealthy: {
    text: 'text-unhealthy-ink',
    mark: 'text-unhealthy',
    fill: 'bg-unhealthy',
    wash: 'bg-unhealthy-wash',
    stroke: 'stroke-unhealthy',
  },
  disabled: {
    text: 'text-disabled-ink',
    mark: 'text-disabled',
    fill: 'bg-disabled',
    wash: 'bg-disabled-wash',
    stroke: 'stroke-disabled',
  },
  unknown: {
    text: 'text-unknown-ink',
    mark: 'text-unknown-ink',
    fill: 'bg-unknown',
    wash: 'bg-unknown-wash',
    stroke: 'stroke-unknown',
  },
};
