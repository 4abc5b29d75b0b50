'use client';
import type { App, HostedDatabase } from '@fairlead/api/types';
import { Button, Note, RelativeTime } from '@fairlead/ui';
import { Check, Minus, X } from 'lucide-react';
import { useAction } from '../../../../../data/use-action.tsx';
import { useMay } from '../../../../../shell/me.tsx';

type Hosted = NonNullable<HostedDatabase['hosted']>;
type Found = Hosted['checks'][number];

const titles = {
  dns: 'Name',
  tcp: 'Connection',
  tls: 'Encryption',
  'sign-in': 'Account',
  query: 'Query',
  rights: 'Rights',
} as const;
const words = { passed: 'in order', failed: 'failed', skipped: 'not tried' } as const;
const icons = { passed: Check, failed: X, skipped: Minus };
const colours = { passed: 'text-healthy-ink', failed: 'text-unhealthy-ink', skipped: 'text-ink-muted' };

function FromBackend({ found }: { found: Found }) {
  const { maxConnections, connections } = found;
  return (
    <section aria-label={`From ${found.serverName}`} className="rounded-lg border bg-surface p-4">
      <h3 className="text-base">From {found.serverName}</h3>
      <ul className="mt-2 flex flex-col gap-2">
        {found.checks.map(({ key, status, detail, fix }) => {
          const Icon = icons[status];
          return (
            <li key={key} className="flex gap-2 text-sm">
              <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${colours[status]}`} />
              <span className="min-w-0 break-words">
                {titles[key]}: <span className={colours[status]}>{detail ?? words[status]}</span>
                {fix ? <span className="block text-ink-muted">{fix}</span> : null}
              </span>
            </li>
          );
        })}
      </ul>
      {maxConnections !== null ? (
        <p className="tabular mt-3 text-ink-muted text-sm">
          It allows {maxConnections} connections{connections === null ? '' : `; ${connections} were open`}.
        </p>
      ) : null}
    </section>
  );
}

/** What the last test found from each backend, and the button for another one. */
export function HostedChecks({ app, hosted }: { app: App; hosted: Hosted }) {
  const may = useMay();
  const check = useAction({ failure: 'Could not start the test' });
  return (
    <section aria-label="Test from each backend" className="flex flex-col gap-3">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div>
          <h2 className="text-base">Test from each backend</h2>
          <p className="text-ink-muted text-sm">
            {hosted.checkedAt === null ? (
              'Not tested since it was set.'
            ) : (
              <>
                Tested <RelativeTime at={hosted.checkedAt} />.
              </>
            )}
          </p>
        </div>
        {may('hosted-database.check') ? (
          <Button
            pending={check.pending && 'Starting…'}
            onClick={() => check.run({ method: 'POST', path: `/apps/${app.id}/hosted-database/check` })}
          >
            Test now
          </Button>
        ) : null}
      </div>
      {hosted.checks.length === 0 ? (
        <Note>A test asks the database from each server of the app, as the app itself would.</Note>
      ) : (
        <div className="grid gap-3 lg:grid-cols-2">
          {hosted.checks.map((found) => (
            <FromBackend key={found.backendId} found={found} />
          ))}
        </div>
      )}
    </section>
  );
}
