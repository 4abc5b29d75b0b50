/** What became of a message that came to an app's webhook. */
export const deliveryOutcomes = [
  /** A deployment was started. */
  'started',
  /** A deployment that waits behind the running one takes the push with it. */
  'joined',
  /** Another branch, or a tag. */
  'other-branch',
  /** The branch was deleted. */
  'deleted',
  /** Not a push: a ping, or another event. */
  'not-a-push',
  /** The webhook is switched off. */
  'off',
  /** Signed, and not what a Git host sends. */
  'unreadable',
  /** No signature, or a wrong one. */
  'refused',
] as const;
export type DeliveryOutcome = (typeof deliveryOutcomes)[number];
