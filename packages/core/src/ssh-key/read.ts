import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { found, tenant } from '../tenant.ts';

export interface SshKeyView {
  publicKey: string;
  fingerprint: string;
  authorizeLine: string;
}

/** The public half of the organization's key, and one line to paste on a server as the user that Fairlead signs in with. */
export const readSshKey: UseCase<unknown, SshKeyView> = async (ctx, actor) => {
  authorize(actor, 'ssh-key.read');
  const key = found(
    await tenant(ctx, actor).sshKey.findUnique({ where: { organizationId: actor.organizationId } }),
    'SSH key',
  );
  return {
    publicKey: key.publicKey,
    fingerprint: key.fingerprint,
    authorizeLine: authorizeLine(key.publicKey),
  };
};

/** Safe to paste twice: a key that is there already is not added again. */
function authorizeLine(publicKey: string): string {
  const line = publicKey.trim();
  if (!/^[A-Za-z0-9@:._+/= -]+$/.test(line)) throw new Error('The public key is not one line of OpenSSH.');
  return [
    'umask 077; mkdir -p ~/.ssh; touch ~/.ssh/authorized_keys;',
    `grep -qxF '${line}' ~/.ssh/authorized_keys || echo '${line}' >> ~/.ssh/authorized_keys`,
  ].join(' ');
}
