import { isoOf } from '../tenant.ts';
import type { AppAccess } from './load.ts';

export interface RepositoryAccessView {
  transport: 'https' | 'http' | 'ssh';
  /** For HTTPS; null: the repository is read as anybody may. */
  token: {
    username: string;
    setAt: string /** It was given for the place that the repository is at. */;
    fits: boolean;
  } | null;
  /** For SSH; the line is entered at the Git host. */
  deployKey: { publicKey: string; fingerprint: string; madeAt: string } | null;
  /** Of the Git server: pinned, and seen but not confirmed. */
  hostKey: { pinned: string | null; offered: string | null };
}

export function viewAccess({ access, repository }: AppAccess): RepositoryAccessView {
  const { transport, place } = repository;
  const token =
    access?.tokenCipher == null
      ? null
      : {
          username: access.username ?? '',
          setAt: isoOf(access.tokenSetAt) ?? '',
          fits: access.tokenPlace === place,
        };
  const deployKey =
    access?.publicKey == null
      ? null
      : {
          publicKey: access.publicKey,
          fingerprint: access.keyFingerprint ?? '',
          madeAt: isoOf(access.keyMadeAt) ?? '',
        };
  return {
    transport,
    token,
    deployKey,
    hostKey: {
      pinned: access?.hostKeyPlace === place ? access.hostKeyFingerprint : null,
      offered: access?.offeredPlace === place ? access.offeredFingerprint : null,
    },
  };
}
