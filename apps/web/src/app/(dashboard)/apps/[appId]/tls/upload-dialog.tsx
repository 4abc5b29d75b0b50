'use client';
import type { App, Certificate } from '@fairlead/api/types';
import { Field, Textarea } from '@fairlead/ui';
import { useAction } from '../../../../../data/use-action.tsx';
import { FormDialog } from '../../../../../parts/form-dialog.tsx';

/** Takes a certificate and its key, checked before they are kept. */
export function UploadDialog({ app, onClose }: { app: App; onClose: () => void }) {
  const upload = useAction<Certificate>({
    failure: 'Could not upload the certificate',
    success: 'Certificate uploaded',
    quiet: true,
    onSuccess: onClose,
  });
  return (
    <FormDialog
      title="Upload a certificate"
      description={`For ${app.domains.join(', ')}. It is checked first, and shown to visitors once you choose it.`}
      submit={['Upload', 'Checking…']}
      action={upload}
      className="flex flex-col gap-4"
      onClose={onClose}
      onSubmit={(text) => {
        upload.run({
          method: 'POST',
          path: `/apps/${app.id}/certificates`,
          body: { certificate: text('certificate'), key: text('key') },
        });
      }}
    >
      <Field
        name="certificate"
        label="Certificate and chain"
        hint="PEM: its own first, then those who issued it; often called fullchain.pem."
        error={upload.fields.certificate}
      >
        <Textarea
          mono
          required
          name="certificate"
          rows={8}
          spellCheck={false}
          placeholder="-----BEGIN CERTIFICATE-----"
        />
      </Field>
      <Field
        name="key"
        label="Private key"
        hint="PEM, without a passphrase. Stored encrypted; it goes to the balancer alone."
        error={upload.fields.key}
      >
        <Textarea
          mono
          required
          name="key"
          rows={5}
          spellCheck={false}
          autoComplete="off"
          placeholder="-----BEGIN PRIVATE KEY-----"
        />
      </Field>
    </FormDialog>
  );
}
