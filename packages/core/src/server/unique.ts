import { uniqueViolation } from '@fairlead/db';
import { fieldConflict } from '../input.ts';

/** A unique violation on a server as a conflict that names the field; anything else as it was. */
export function serverConflict(error: unknown): unknown {
  const columns = uniqueViolation(error);
  if (columns?.includes('name')) return fieldConflict('name', 'Another server has this name.');
  if (columns?.includes('address'))
    return fieldConflict('address', 'Another server has this address and port.');
  return error;
}
