import type * as z from 'zod';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { changeEnvironment } from './change.ts';
import type { EnvironmentView } from './read.ts';
import { setObjectStorageInput } from './schemas.ts';

type Storage = Omit<z.output<typeof setObjectStorageInput>, 'appId'>;

/** Variables by the names that a framework's S3 client reads; those that must not be there any more. */
export function objectStorageVariables(storage: Storage): { set: Record<string, string>; unset: string[] } {
  const { framework, endpoint, region, bucket, key, secret, pathStyle } = storage;
  const account = { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret };
  const style = String(pathStyle);
  switch (framework) {
    case 'laravel':
      // config/filesystems.php
      return withEndpoint('AWS_ENDPOINT', endpoint, {
        ...account,
        FILESYSTEM_DISK: 's3',
        AWS_DEFAULT_REGION: region,
        AWS_BUCKET: bucket,
        AWS_USE_PATH_STYLE_ENDPOINT: style,
      });
    case 'django':
      // Settings of django-storages, of which it reads the account from the environment itself; settings.py reads the others.
      return withEndpoint('AWS_S3_ENDPOINT_URL', endpoint, {
        ...account,
        AWS_S3_REGION_NAME: region,
        AWS_STORAGE_BUCKET_NAME: bucket,
        AWS_S3_ADDRESSING_STYLE: pathStyle ? 'path' : 'auto',
      });
    case 'node':
      // The AWS SDK's own (https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html); it has none for the bucket.
      return withEndpoint('AWS_ENDPOINT_URL_S3', endpoint, {
        ...account,
        AWS_REGION: region,
        S3_BUCKET: bucket,
        S3_FORCE_PATH_STYLE: style,
      });
  }
}

/** An endpoint of before would lead elsewhere. */
function withEndpoint(name: string, endpoint: string | null, set: Record<string, string>) {
  return endpoint === null ? { set, unset: [name] } : { set: { ...set, [name]: endpoint }, unset: [] };
}

/** Sets what an app needs to keep its files in an S3-compatible storage, as variables of its own: encrypted, and with the next deployment on the backends. */
export const setObjectStorage: UseCase<unknown, EnvironmentView> = async (ctx, actor, input) => {
  authorize(actor, 'environment.change');
  const { appId, ...storage } = parseInput(setObjectStorageInput, input);
  return changeEnvironment(ctx, actor, { appId, ...objectStorageVariables(storage) });
};
