import {
  backendAuthority,
  backendName,
  type MadeCertificate,
  readBackendCertificate,
  sha256Of,
  speaksTls,
  storeBackendCertificate,
} from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import type { HostInput } from '@fairlead/remote';
import { issueCertificate, makeAuthority } from '@fairlead/remote/authority';
import type { Fleet } from '../fleet.ts';
import type { Run } from '../runtime/run.ts';

/** What a backend is to show, and the fleet that knows of it. */
export interface GivenCertificate {
  fleet: Fleet;
  /** As its file brings it along; nothing without TLS. */
  file: Pick<HostInput<'nginx.apply'>['files'][number], 'certificate'>;
  /** To be called once the backend shows it. */
  keep: () => Promise<void>;
}

/** The certificate that a backend has, or a new one where it has none or that one ends soon; kept only once it is shown, so that none is shown unknown. */
export async function givenCertificate(run: Run, fleet: Fleet, backend: Backend): Promise<GivenCertificate> {
  if (!speaksTls(fleet.loadBalancer)) return { fleet, file: {}, keep: async () => {} };
  const { worker } = run;
  const { organizationId } = fleet.app;
  const now = worker.clock();
  const authority = await authorityOf(run, fleet);
  const known = await readBackendCertificate(worker, organizationId, backend.id, now);
  if (known !== null) {
    const { key, notAfter, ...certificate } = known;
    return {
      fleet: showing(fleet, authority, { backendId: backend.id, sha256: known.sha256, notAfter }),
      file: { certificate: { ...certificate, key: key.reveal() } },
      keep: async () => {},
    };
  }
  const issuer = { certificate: authority.certificate, key: authority.key.reveal() };
  const made: MadeCertificate = await issueCertificate(issuer, [backendName(fleet.app.slug)], now);
  const sha256 = sha256Of(made.certificate);
  return {
    fleet: showing(fleet, authority, { backendId: backend.id, sha256, notAfter: made.notAfter }),
    file: { certificate: { sha256, chain: made.certificate, key: made.key } },
    keep: () => storeBackendCertificate(worker, organizationId, backend.id, made),
  };
}

/** The app's authority, made where it has none yet. */
function authorityOf({ worker }: Run, { app }: Fleet) {
  return backendAuthority(worker, app, () =>
    makeAuthority(`Fairlead backends of ${app.slug}`, worker.clock()),
  );
}

type Shown = NonNullable<Fleet['loadBalancer']['backendCertificates']>['backends'][number];

function showing(
  fleet: Fleet,
  { certificate, sha256 }: { certificate: string; sha256: string },
  shown: Shown,
): Fleet {
  const { loadBalancer } = fleet;
  const others = (loadBalancer.backendCertificates?.backends ?? []).filter(
    ({ backendId }) => backendId !== shown.backendId,
  );
  const backendCertificates = { authority: { certificate, sha256 }, backends: [...others, shown] };
  return { ...fleet, loadBalancer: { ...loadBalancer, backendCertificates } };
}
