import type { Overview } from '@fairlead/api/types';
import { buttonClasses, Panel, ProgressBar, ToneIcon } from '@fairlead/ui';
import { clsx } from 'clsx';
import Link from 'next/link';

type Key = Overview['gettingStarted'][number]['key'];

/** What each step is for, and where it is done. */
const places: Record<Key, { why: string; action: string; href: (overview: Overview) => string }> = {
  'add-server': {
    why: 'Any Debian or Ubuntu machine that you reach by SSH. One line pasted there lets Fairlead in.',
    action: 'Add server',
    href: () => '/servers/new',
  },
  'prepare-server': {
    why: 'Authorise Fairlead’s key, confirm the fingerprint, and let it prepare the machine. What is yours there is left alone.',
    action: 'Connect server',
    href: ({ servers }) => `/servers/${servers.find((server) => server.status !== 'ready')?.id ?? 'new'}`,
  },
  'create-app': {
    why: 'A Git repository and its start command. The runtime is found in the files.',
    action: 'New app',
    href: () => '/apps/new',
  },
  'deploy-app': {
    why: 'The newest commit goes to the primary server, is started and probed, and then serves.',
    action: 'Deploy',
    href: ({ apps }) => `/apps/${apps[0]?.id ?? 'new'}`,
  },
  'enable-load-balancer': {
    why: 'The same commit on more servers, Nginx in front of them, the database shared. The primary never stops.',
    action: 'Enable Load Balancer',
    href: ({ apps }) => `/apps/${apps.find((app) => !app.loadBalancer.enabled)?.id ?? 'new'}/load-balancer`,
  },
};

/** The way from nothing to a balanced app; it ticks itself. */
export function GettingStarted({ overview }: { overview: Overview }) {
  const steps = overview.gettingStarted;
  const done = steps.filter((step) => step.done).length;
  const next = steps.find((step) => !step.done)?.key;
  return (
    <Panel
      title="Getting started"
      aside={
        <span className="tabular">
          {done} of {steps.length} done
        </span>
      }
      flush
    >
      <ProgressBar share={done / steps.length} label="Getting started" tone="healthy" className="mx-4 mb-3" />
      <ol className="divide-y border-t">
        {steps.map((step) => {
          const place = places[step.key];
          return (
            <li key={step.key} className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3">
              {step.done ? (
                <ToneIcon tone="healthy" className="size-4" />
              ) : (
                <span
                  aria-hidden
                  className="size-4 shrink-0 rounded-full border border-control border-dashed"
                />
              )}
              <div className="min-w-0 flex-1 basis-60">
                <p className={clsx('text-sm', step.done ? 'text-ink-muted' : 'font-medium')}>
                  {step.title}
                  <span className="sr-only">{step.done ? ', done' : ', to do'}</span>
                </p>
                {step.key === next ? <p className="text-ink-muted text-sm">{place.why}</p> : null}
              </div>
              {step.key === next ? (
                <Link href={place.href(overview)} className={buttonClasses('primary', 'sm')}>
                  {place.action}
                </Link>
              ) : null}
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}
