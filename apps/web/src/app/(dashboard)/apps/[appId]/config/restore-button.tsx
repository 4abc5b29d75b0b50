'use client';
import { Button } from '@fairlead/ui';
import { History } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { useMay } from '../../../../../shell/me.tsx';
import { useApp } from '../use-app.ts';

// Loaded when it is opened: a plan brings the diff and everything around it.
const RestoreDialog = dynamic(() => import('./restore-dialog.tsx').then((module) => module.RestoreDialog), {
  ssr: false,
});

/** Stands at every generation but the one that is served, while load balancing is on. */
export function RestoreButton({ appId, generation }: { appId: string; generation: number }) {
  const [open, setOpen] = useState<boolean | null>(null);
  const may = useMay();
  const app = useApp(appId);
  if (!may('load-balancer.restore') || !app?.loadBalancer.enabled) return null;
  return (
    <>
      <Button icon={<History />} onClick={() => setOpen(true)}>
        Restore
      </Button>
      {open === null ? null : (
        <RestoreDialog appId={appId} generation={generation} open={open} onOpenChange={setOpen} />
      )}
    </>
  );
}
