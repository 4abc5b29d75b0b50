'use client';
import type { App, LoadBalancer, Process } from '@fairlead/api/types';
import { Button, EmptyState } from '@fairlead/ui';
import { Plus, Terminal, Workflow } from 'lucide-react';
import { useState } from 'react';
import { resources } from '../../../../../data/resources.ts';
import { useResource } from '../../../../../data/use-resource.ts';
import { LoadFailure } from '../../../../../parts/load-failure.tsx';
import { useMay } from '../../../../../shell/me.tsx';
import { useApp } from '../use-app.ts';
import { ProcessDialog, RemoveProcessDialog, RunDialog } from './dialogs.tsx';
import { ProcessPanel } from './process-panel.tsx';
import { kindNames, type ProcessSettings, processesInWords } from './process-words.ts';

type Open =
  | { dialog: 'set'; known: ProcessSettings | ProcessSettings['kind'] }
  | { dialog: 'remove'; name: string }
  | { dialog: 'run'; process: Process | null };

interface DialogsProps {
  app: App;
  backends: LoadBalancer['backends'];
  open: Open | null;
  onClose: () => void;
}

function Dialogs({ app, backends, open, onClose }: DialogsProps) {
  if (open === null) return null;
  if (open.dialog === 'set')
    return <ProcessDialog app={app} backends={backends} known={open.known} onClose={onClose} />;
  if (open.dialog === 'remove') return <RemoveProcessDialog app={app} name={open.name} onClose={onClose} />;
  return <RunDialog app={app} backends={backends} process={open.process} onClose={onClose} />;
}

function Toolbar({ app, busy, onOpen }: { app: App; busy: boolean; onOpen: (open: Open) => void }) {
  const may = useMay();
  return (
    <span className="flex flex-wrap gap-2">
      {may('process.run') ? (
        <Button
          disabled={app.status === 'new'}
          icon={<Terminal aria-hidden className="size-3.5" />}
          onClick={() => onOpen({ dialog: 'run', process: null })}
        >
          Run a command
        </Button>
      ) : null}
      {may('process.set')
        ? (['worker', 'cron', 'command'] as const).map((kind) => (
            <Button
              key={kind}
              disabled={busy}
              icon={<Plus aria-hidden className="size-3.5" />}
              onClick={() => onOpen({ dialog: 'set', known: kind })}
            >
              {kindNames[kind]}
            </Button>
          ))
        : null}
    </span>
  );
}

/** Workers, cron entries and commands of an app, and what each does on each backend. */
export function ProcessesPage({ appId }: { appId: string }) {
  const app = useApp(appId);
  const processes = useResource(resources.processes(appId));
  const balancer = useResource(resources.loadBalancer(appId));
  const [open, setOpen] = useState<Open | null>(null);
  if (!app) return null;
  if (!processes.data)
    return processes.isError ? <LoadFailure query={processes} what="the processes" /> : null;
  const { items } = processes.data;
  const busy = app.activeOperation !== null;
  return (
    <>
      <div className="flex flex-wrap items-end justify-between gap-3">
        <div className="min-w-0">
          <h2 className="text-base">{processesInWords(items)}</h2>
          <p className="text-ink-muted text-sm">
            What runs beside the web process: from the same release, with the same environment.
          </p>
        </div>
        <Toolbar app={app} busy={busy} onOpen={setOpen} />
      </div>
      {items.length === 0 ? (
        <EmptyState icon={<Workflow />} title="No processes yet">
          A worker takes jobs from a queue and is kept running. A cron entry runs at its times, on one backend
          or on all. A command waits here to be run by hand.
        </EmptyState>
      ) : (
        items.map((process) => (
          <ProcessPanel
            key={process.settings.name}
            app={app}
            process={process}
            busy={busy}
            onEdit={() => setOpen({ dialog: 'set', known: process.settings })}
            onRemove={() => setOpen({ dialog: 'remove', name: process.settings.name })}
            onRun={() => setOpen({ dialog: 'run', process })}
          />
        ))
      )}
      <Dialogs app={app} backends={balancer.data?.backends ?? []} open={open} onClose={() => setOpen(null)} />
    </>
  );
}
