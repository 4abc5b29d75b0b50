'use client';
import type { Canary, Deployment } from '@fairlead/api/types';
import { Button, type Column, KeyValue, Note, Panel, RelativeTime, Table } from '@fairlead/ui';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { count, formatLatency } from '../../../../../../parts/units.ts';
import { useMay } from '../../../../../../shell/me.tsx';
import { useApp } from '../../use-app.ts';

const EndCanaryDialog = dynamic(
  () => import('./end-canary-dialog.tsx').then((module) => module.EndCanaryDialog),
  { ssr: false },
);

type Row = Canary['canary'] & { name: string };

const time = (milliseconds: number | null) =>
  milliseconds === null ? 'none yet' : formatLatency(milliseconds);

const columns: Column<Row>[] = [
  { key: 'side', header: 'Side', primary: true, cell: ({ name }) => name },
  {
    key: 'requests',
    header: 'Requests',
    align: 'right',
    cell: ({ requests }) => requests.toLocaleString('en'),
  },
  {
    key: 'errors',
    header: 'Errors (5xx)',
    align: 'right',
    cell: ({ errors, errorPercent }) =>
      errorPercent === null ? 'none seen' : `${errors} (${Number(errorPercent.toFixed(2))} %)`,
  },
  { key: 'median', header: 'Median', align: 'right', cell: ({ medianMs }) => time(medianMs) },
  { key: 'p95', header: '95 %', align: 'right', cell: ({ p95Ms }) => time(p95Ms) },
];

/** What visitors of both sides were answered, what follows from it, and how it is ended by hand. */
export function CanaryPanel({ deployment, canary }: { deployment: Deployment; canary: Canary }) {
  const [ending, setEnding] = useState<'promote' | 'abort' | null>(null);
  const may = useMay();
  const app = useApp(deployment.appId);
  const isOn = deployment.status === 'canary';
  const isBusy = app?.activeOperation != null;
  const { percent, cookie, rule, startedAt, readAt } = canary;
  return (
    <Panel
      title="Canary"
      aside={isOn && readAt ? <RelativeTime at={readAt} className="text-ink-muted text-xs" /> : null}
      description={
        percent === 0
          ? `Visitors whose cookie ${cookie} says always get it.`
          : `${percent} % of the visitors get it, and those whose cookie ${cookie} says always.`
      }
    >
      <div className="flex flex-col gap-4">
        <p aria-live="polite">{sentence(deployment, canary)}</p>
        {canary.paused !== null && isOn ? (
          <Note>{`${canary.paused} Its rule is not heeded any more: promote or abort it by hand.`}</Note>
        ) : null}
        {canary.isIncomplete ? (
          <Note>Some requests could not be counted: nobody had read the balancer’s log for long.</Note>
        ) : null}
        {startedAt === null ? null : (
          <Table
            label="Both sides"
            columns={columns}
            rows={[
              { ...canary.canary, name: 'Canary' },
              { ...canary.stable, name: 'The others' },
            ]}
            rowKey={({ name }) => name}
          />
        )}
        {rule === null ? null : (
          <KeyValue
            rows={[
              { label: 'Least requests', value: `${rule.minRequests} on each side` },
              { label: 'Longest time', value: `${Number((rule.longestSeconds / 60).toFixed(1))} min` },
              {
                label: 'More errors',
                value: `${count(rule.maxExtraErrorPercent, 'percentage point')} at most`,
              },
              { label: 'Slower', value: `${rule.maxSlowerPercent} % at most, at 95 %` },
            ]}
          />
        )}
        {isOn ? (
          <div className="flex flex-wrap gap-2">
            {may('canary.promote') ? (
              <Button variant="primary" disabled={isBusy} onClick={() => setEnding('promote')}>
                Promote
              </Button>
            ) : null}
            {may('canary.abort') ? (
              <Button disabled={isBusy} onClick={() => setEnding('abort')}>
                Abort
              </Button>
            ) : null}
          </div>
        ) : null}
      </div>
      {ending === null ? null : (
        <EndCanaryDialog deployment={deployment} how={ending} onClose={() => setEnding(null)} />
      )}
    </Panel>
  );
}

function sentence(
  { status }: Deployment,
  { startedAt, ended, reason, readAt, canary, stable }: Canary,
): string {
  if (ended !== null) return `${status === 'aborted' ? 'Aborted' : 'Promoted'}. ${ended}`;
  if (startedAt === null) return 'No visitor is led to it yet.';
  if (readAt === null) return 'Not enough requests yet: the balancer has not been asked.';
  return reason === '' ? `${count(canary.requests + stable.requests, 'request')} so far.` : reason;
}
