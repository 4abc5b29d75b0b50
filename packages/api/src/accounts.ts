import type { AccountStore } from '@fairlead/core';
import { AppError } from '@fairlead/errors';
import type { Auth } from './auth.ts';

/** {@link AccountStore} over better-auth: the one way to a user without an invitation, for the first owner. */
export function createAccountStore(auth: Auth): AccountStore {
  return {
    async createUser({ name, email, password }) {
      const { internalAdapter, password: passwords } = await auth.$context;
      const existing = await internalAdapter.findUserByEmail(email, { includeAccounts: true });
      if (existing !== null) {
        const hash = existing.accounts.find((account) => account.providerId === 'credential')?.password;
        if (hash == null) {
          // A process that died between the two writes below.
          await linkPassword(existing.user.id);
          return { userId: existing.user.id };
        }
        if (await passwords.verify({ hash, password: password.reveal() }))
          return { userId: existing.user.id };
        const message = 'There is an account with this e-mail address and another password.';
        throw new AppError('conflict', message, { details: { errors: [{ path: 'email', message }] } });
      }
      const user = await internalAdapter.createUser(
        { name, email, emailVerified: false },
        { method: 'email' },
      );
      await linkPassword(user.id);
      return { userId: user.id };

      async function linkPassword(userId: string): Promise<void> {
        await internalAdapter.linkAccount({
          userId,
          providerId: 'credential',
          accountId: userId,
          password: await passwords.hash(password.reveal()),
        });
      }
    },
  };
}
