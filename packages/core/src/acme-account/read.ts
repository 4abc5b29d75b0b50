import type { AcmeAccount } from '@fairlead/db';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { tenant } from '../tenant.ts';
import { acmeDirectories } from './schemas.ts';

export interface AcmeAccountView {
  /** null: the organization has none. */
  account: {
    directoryUrl: string;
    email: string | null;
    termsAgreedAt: string;
    termsAgreedBy: string;
    /** The directory knows it; it is registered with the first order. */
    registered: boolean;
  } | null;
  directories: { url: string; name: string; terms: string }[];
}

export function viewAcmeAccount(row: AcmeAccount | null): AcmeAccountView {
  return {
    account:
      row === null
        ? null
        : {
            directoryUrl: row.directoryUrl,
            email: row.email,
            termsAgreedAt: row.termsAgreedAt.toISOString(),
            termsAgreedBy: row.termsAgreedBy,
            registered: row.accountUrl !== null,
          },
    directories: acmeDirectories.map((directory) => ({ ...directory })),
  };
}

/** The organization's account with a certificate authority; without its key. */
export const readAcmeAccount: UseCase<unknown, AcmeAccountView> = async (ctx, actor) => {
  authorize(actor, 'acme-account.read');
  const { organizationId } = actor;
  return viewAcmeAccount(await tenant(ctx, actor).acmeAccount.findUnique({ where: { organizationId } }));
};
