import { AppError, type Secret } from '@fairlead/errors';

/**
 * Refuses an account that the app's own variables copy: they would not change with it.
 * @param own the app's own variables, decrypted; one backend's by `NAME on server`
 * @param account `keys`: under which its name counts as a copy, too
 * @param told by which names Fairlead tells backends the account
 * @throws AppError `conflict`
 */
export function refuseCopies(
  own: Readonly<Record<string, Secret>>,
  { password, login, keys }: { password: Secret; login: string; keys: readonly string[] },
  told: string,
): void {
  const variables = Object.entries(own).flatMap(([key, value]) => {
    const isName = keys.includes(key.split(' ')[0] ?? '') && value.reveal() === login;
    return isName || value.reveal().includes(password.reveal()) ? [key] : [];
  });
  if (variables.length === 0) return;
  const names = variables.join(', ');
  throw new AppError('conflict', `The app’s own environment holds a copy of today’s account: ${names}.`, {
    hint: `Take these variables out of the environment: Fairlead gives each backend the account under ${told}, and only those change with it.`,
    details: { variables },
  });
}
