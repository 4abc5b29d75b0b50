'use client';
import type { Environment } from '@fairlead/api/types';
import type { SetObjectStorageBody } from '@fairlead/core/schemas';
import { Checkbox, Field, Input, Select, type SelectOption } from '@fairlead/ui';
import { useState } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';
import { FormDialog } from '../../../../../parts/form-dialog.tsx';

type Framework = SetObjectStorageBody['framework'];
const frameworks: SelectOption<Framework>[] = [
  { value: 'laravel', label: 'Laravel' },
  { value: 'django', label: 'Django (django-storages)' },
  { value: 'node', label: 'Node.js (AWS SDK)' },
];

interface ObjectStorageDialogProps {
  appId: string;
  runtime: string;
  onClose: () => void;
}

/** Asks for an S3-compatible storage and sets the variables that the framework's client reads. */
export function ObjectStorageDialog({ appId, runtime, onClose }: ObjectStorageDialogProps) {
  const [framework, setFramework] = useState<Framework>(
    runtime === 'php' ? 'laravel' : runtime === 'python' ? 'django' : 'node',
  );
  const [pathStyle, setPathStyle] = useState(false);
  const set = useAction<Environment>({
    failure: 'Could not set the storage',
    success: 'Variables set; the next deployment brings them to the backends',
    quiet: true,
    onSuccess: onClose,
  });
  return (
    <FormDialog
      title="Object storage"
      description="Files that visitors upload belong where every backend finds them: in a storage that speaks S3. The variables are stored encrypted."
      submit={['Set variables', 'Setting…']}
      action={set}
      className="grid gap-4 sm:grid-cols-2"
      onClose={onClose}
      onSubmit={(text) => {
        const endpoint = text('endpoint').trim() || null;
        const [region, bucket, key, secret] = ['region', 'bucket', 'key', 'secret'].map((name) =>
          text(name).trim(),
        );
        const body = { framework, endpoint, region, bucket, key, secret, pathStyle };
        set.run({ method: 'PUT', path: `/apps/${appId}/environment/object-storage`, body });
      }}
    >
      <Field name="framework" label="Framework" error={set.fields.framework}>
        <Select label="Framework" value={framework} onChange={setFramework} options={frameworks} />
      </Field>
      <Field name="bucket" label="Bucket" error={set.fields.bucket}>
        <Input mono required name="bucket" placeholder="shop-files" />
      </Field>
      <Field
        name="endpoint"
        label="Endpoint"
        optional
        hint="Without it, Amazon’s own for the region."
        error={set.fields.endpoint}
      >
        <Input mono name="endpoint" placeholder="https://s3.example.com" />
      </Field>
      <Field name="region" label="Region" error={set.fields.region}>
        <Input mono required name="region" placeholder="eu-central-1" />
      </Field>
      <Field name="key" label="Access key" error={set.fields.key}>
        <Input mono required name="key" />
      </Field>
      <Field name="secret" label="Secret key" error={set.fields.secret}>
        <Input required name="secret" type="password" autoComplete="new-password" />
      </Field>
      <Checkbox
        className="sm:col-span-2"
        checked={pathStyle}
        onChange={setPathStyle}
        label="The bucket stands in the path"
        detail="https://host/bucket/file instead of https://bucket.host/file: what most storages but Amazon’s want."
      />
    </FormDialog>
  );
}
