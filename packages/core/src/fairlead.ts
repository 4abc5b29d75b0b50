import type { Requester } from './context.ts';

/** Who asks for what nobody pressed a button for. */
export function fairlead(organizationId: string): Requester {
  return { organizationId, userId: null, name: 'Fairlead' };
}
