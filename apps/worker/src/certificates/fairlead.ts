import type { Asker } from '@fairlead/core';

/** Who asks for what nobody pressed a button for. */
export function fairlead(organizationId: string): Asker {
  return { organizationId, userId: null, name: 'Fairlead' };
}
