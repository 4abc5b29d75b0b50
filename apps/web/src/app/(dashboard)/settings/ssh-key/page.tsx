import type { Metadata } from 'next';
import { resources } from '../../../../data/resources.ts';
import { Prefetch } from '../../../../server/prefetch.tsx';
import { SshKeyPage } from './ssh-key-page.tsx';

export const metadata: Metadata = { title: 'SSH key' };

export default function Page() {
  return (
    <Prefetch resources={[resources.sshKey]}>
      <SshKeyPage />
    </Prefetch>
  );
}
