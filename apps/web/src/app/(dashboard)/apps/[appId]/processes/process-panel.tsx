import type { App, Process } from '@fairlead/api/types';
import { Button, Panel } from '@fairlead/ui';
import { Play } from 'lucide-react';
import { useMay } from '../../../../../shell/me.tsx';
import { PlaceTable } from './place-table.tsx';
import { kindNames } from './process-words.ts';

interface ProcessPanelProps {
  app: App;
  process: Process;
  /** Something is being done to this app; it has to end first. */
  busy: boolean;
  onEdit: () => void;
  onRemove: () => void;
  onRun: () => void;
}

function About({ process: { settings, words, dueAt } }: { process: Process }) {
  if (settings.kind === 'worker') {
    const where = settings.place === 'all' ? 'on every backend' : 'on one backend';
    return (
      <>
        {settings.count} {where}, {settings.stopTimeoutSeconds} s to end
      </>
    );
  }
  if (settings.kind === 'command') return <>run by hand, {settings.timeLimitSeconds} s at most</>;
  const next =
    dueAt === null
      ? 'never'
      : new Date(dueAt).toLocaleString('en-GB', {
          timeZone: settings.timeZone,
          ...{ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
        });
  return (
    <>
      {words} ({settings.timeZone}), {settings.place === 'all' ? 'on every backend' : 'on one backend'}; next{' '}
      {next}
    </>
  );
}

/** One process: what it is, what it runs, and what it does where. */
export function ProcessPanel({ app, process, busy, onEdit, onRemove, onRun }: ProcessPanelProps) {
  const may = useMay();
  const { settings, source, pending, places } = process;
  const isOwn = source === 'fairlead';
  return (
    <Panel
      title={settings.name}
      description={
        <>
          <span>{kindNames[settings.kind]}: </span>
          <About process={process} />
          {isOwn ? null : ' · declared in fairlead.yml'}
          {pending ? ' · not yet in place' : null}
        </>
      }
      aside={
        <span className="inline-flex gap-1">
          {settings.kind === 'command' && may('process.run') ? (
            <Button
              size="sm"
              disabled={app.status === 'new'}
              icon={<Play aria-hidden className="size-3.5" />}
              aria-label={`Run ${settings.name}`}
              onClick={onRun}
            >
              Run
            </Button>
          ) : null}
          {isOwn && may('process.set') ? (
            <>
              <Button
                size="sm"
                variant="ghost"
                disabled={busy}
                aria-label={`Edit ${settings.name}`}
                onClick={onEdit}
              >
                Edit
              </Button>
              <Button
                size="sm"
                variant="ghost"
                disabled={busy}
                aria-label={`Remove ${settings.name}`}
                onClick={onRemove}
              >
                Remove
              </Button>
            </>
          ) : null}
        </span>
      }
    >
      <code className="block break-all font-mono text-xs">{settings.command}</code>
      {settings.kind === 'command' ? null : (
        <div className="mt-3">
          <PlaceTable kind={settings.kind} name={settings.name} places={places} />
        </div>
      )}
    </Panel>
  );
}
