'use client';
import type { App, Certificate } from '@fairlead/api/types';
import { Button, ConfirmDialog, Panel } from '@fairlead/ui';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';
import { useMay } from '../../../../../shell/me.tsx';
import { ExpiryBadge } from './shown-certificate.tsx';

const UploadDialog = dynamic(() => import('./upload-dialog.tsx').then((module) => module.UploadDialog), {
  ssr: false,
});

/** An app's certificates: those of one's own, and those that were ordered. */
export function CertificateList({ app, certificates }: { app: App; certificates: readonly Certificate[] }) {
  const may = useMay();
  const [isUploading, setUploading] = useState(false);
  return (
    <Panel
      title="Certificates"
      description="Keys are stored encrypted and are never shown again."
      aside={
        may('certificate.upload') && app.domains.length > 0 ? (
          <Button size="sm" onClick={() => setUploading(true)}>
            Upload a certificate
          </Button>
        ) : null
      }
    >
      {certificates.length === 0 ? (
        <p className="text-ink-muted text-sm">None yet.</p>
      ) : (
        <ul className="-my-2.5 divide-y text-sm">
          {certificates.map((certificate) => (
            <CertificateRow key={certificate.id} app={app} certificate={certificate} />
          ))}
        </ul>
      )}
      {isUploading ? <UploadDialog app={app} onClose={() => setUploading(false)} /> : null}
    </Panel>
  );
}

function CertificateRow({ app, certificate }: { app: App; certificate: Certificate }) {
  const may = useMay();
  const { id, names, issuer, notAfter, expiry, source, inUse, fingerprint } = certificate;
  const [isRemoving, setRemoving] = useState(false);
  const remove = useAction<null>({
    failure: 'Could not remove the certificate',
    success: 'Certificate removed',
    onSuccess: () => setRemoving(false),
  });
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-2.5">
      <span className="flex min-w-0 flex-col gap-0.5">
        <span className="break-all font-mono text-[0.8125rem]">{names.join(', ')}</span>
        <span className="text-ink-muted">
          {source === 'acme' ? 'Renews itself' : 'Uploaded'} · {issuer} · until {notAfter.slice(0, 10)} ·{' '}
          <code className="font-mono text-[0.8125rem]">{fingerprint.slice(0, 12)}</code>
          {inUse ? ' · shown to visitors' : ''}
        </span>
      </span>
      <span className="flex items-center gap-3">
        <ExpiryBadge expiry={expiry} />
        {may('certificate.remove') && !inUse ? (
          <Button
            size="sm"
            variant="ghost"
            aria-label={`Remove the certificate ${fingerprint.slice(0, 12)}`}
            onClick={() => setRemoving(true)}
          >
            Remove
          </Button>
        ) : null}
      </span>
      <ConfirmDialog
        open={isRemoving}
        onOpenChange={setRemoving}
        title="Remove this certificate?"
        action="Remove certificate"
        pending={remove.pending && 'Removing…'}
        onConfirm={() => remove.run({ method: 'DELETE', path: `/apps/${app.id}/certificates/${id}` })}
      >
        Fairlead forgets it and its key. No visitor is shown it.
      </ConfirmDialog>
    </li>
  );
}
