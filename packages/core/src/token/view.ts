import type { ApiToken } from '@fairlead/db';
import type { Scope } from '../authorize.ts';
import { isoOf } from '../tenant.ts';

export interface TokenView {
  id: string;
  name: string;
  prefix: string;
  scopes: Scope[];
  expiresAt: string | null;
  lastUsedAt: string | null;
  createdAt: string;
}

export function viewToken(row: ApiToken): TokenView {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes as Scope[],
    expiresAt: isoOf(row.expiresAt),
    lastUsedAt: isoOf(row.lastUsedAt),
    createdAt: row.createdAt.toISOString(),
  };
}
