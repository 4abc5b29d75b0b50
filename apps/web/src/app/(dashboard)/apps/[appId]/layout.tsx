import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { resources } from '../../../../data/resources.ts';
import { Prefetch } from '../../../../server/prefetch.tsx';
import { readResource } from '../../../../server/read.ts';
import { AppFrame } from './app-frame.tsx';

interface Props {
  params: Promise<{ appId: string }>;
  children: ReactNode;
}

export async function generateMetadata({ params }: Omit<Props, 'children'>): Promise<Metadata> {
  const { appId } = await params;
  const app = await readResource(resources.app(appId)).catch(() => null);
  const name = app?.name ?? 'App';
  return { title: { template: `%s · ${name} · Fairlead`, default: name } };
}

export default async function AppLayout({ params, children }: Props) {
  const { appId } = await params;
  return (
    <Prefetch subject={resources.app(appId)}>
      <AppFrame appId={appId}>{children}</AppFrame>
    </Prefetch>
  );
}
