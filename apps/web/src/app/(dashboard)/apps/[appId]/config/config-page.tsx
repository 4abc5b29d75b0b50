'use client';
import { EmptyState, Skeleton } from '@fairlead/ui';
import { FileCode2 } from 'lucide-react';
import { useState } from 'react';
import { resources } from '../../../../../data/resources.ts';
import { useResource } from '../../../../../data/use-resource.ts';
import { LoadFailure } from '../../../../../parts/load-failure.tsx';
import { TextLink } from '../../../../../parts/text-link.tsx';
import { useMay } from '../../../../../shell/me.tsx';
import { ConfigView } from './config-view.tsx';
import { DriftPanel } from './drift-panel.tsx';
import { GenerationList } from './generation-list.tsx';

/** What is on the balancer now, and everything that was before. */
export function ConfigPage({ appId }: { appId: string }) {
  const configs = useResource(resources.configs(appId));
  const may = useMay();
  const [chosen, setChosen] = useState<number | null>(null);
  if (!configs.data) {
    return configs.isError ? (
      <LoadFailure query={configs} what="the configurations" />
    ) : (
      <Skeleton className="h-96 rounded-lg" />
    );
  }
  const { items } = configs.data;
  const shown = chosen ?? items.find((item) => item.current)?.generation ?? items[0]?.generation;
  if (shown === undefined) {
    return (
      <EmptyState icon={<FileCode2 />} title="Nothing applied yet">
        The balancer’s Nginx file is written at the first deployment. Every version that is applied is kept
        here with what changed.
      </EmptyState>
    );
  }
  return (
    <div className="flex flex-col gap-5">
      <DriftPanel appId={appId} />
      {may('import.list') ? (
        <p className="text-sm">
          <TextLink href={`/apps/${appId}/config/import`}>Import an existing config</TextLink>
        </p>
      ) : null}
      <div className="grid gap-5 lg:grid-cols-[16rem_minmax(0,1fr)]">
        <GenerationList items={items} chosen={shown} onChoose={setChosen} />
        <ConfigView appId={appId} generation={shown} items={items} />
      </div>
    </div>
  );
}
