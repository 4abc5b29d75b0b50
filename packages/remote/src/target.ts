import type { Secret } from '@fairlead/errors';

/** A server as SSH reaches it. */
export interface SshTarget {
  serverId: string;
  /** What people call it; named in errors. */
  name: string;
  /** IP address or host name. */
  address: string;
  port: number;
  user: string;
  /** The pinned key, `ssh-ed25519 AAAA…`; null while no person has confirmed one (every connection then ends in `host-key-unknown`). */
  hostKey: string | null;
  privateKey: Secret;
  /** The server to go through; may have a jump of its own, up to {@link maxJumps}. */
  jump?: SshTarget;
}

/** How many servers may stand between the control plane and a target. */
export const maxJumps = 3;
