'use client';
import type { Drift } from '@fairlead/api/types';
import { Button, ConfirmDialog, DiffView, Note, RelativeTime } from '@fairlead/ui';
import { useState } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';
import { TextLink } from '../../../../../parts/text-link.tsx';
import { count } from '../../../../../parts/units.ts';
import { useMay } from '../../../../../shell/me.tsx';
import { AdoptDialog } from './adopt-dialog.tsx';

const titles = {
  file: 'A file was edited by hand',
  rule: 'Firewall rules were changed by hand',
  grant: 'Database access was changed by hand',
} as const;

function DriftItem({ drift }: { drift: Drift }) {
  const may = useMay();
  const [isAdopting, setAdopting] = useState(false);
  return (
    <li className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="text-sm">
          {titles[drift.kind]} on{' '}
          <TextLink href={`/servers/${drift.server.id}`}>{drift.server.name}</TextLink>,{' '}
          <span className="text-ink-muted">
            found <RelativeTime at={drift.foundAt} />
          </span>
        </p>
        {drift.adoptable && may('drift.adopt') ? (
          <Button size="sm" onClick={() => setAdopting(true)}>
            Adopt
          </Button>
        ) : null}
      </div>
      {drift.diff === null ? (
        <Note>{drift.subject} differs from what was applied; one of the texts can’t be shown.</Note>
      ) : (
        <DiffView diff={drift.diff} path={drift.subject} />
      )}
      {isAdopting ? <AdoptDialog drift={drift} onClose={() => setAdopting(false)} /> : null}
    </li>
  );
}

/** Both sides of each change, and the ways out of it. */
export function DriftList({ appId, items }: { appId: string; items: Drift[] }) {
  const [asking, setAsking] = useState(false);
  const may = useMay();
  const back = useAction({ failure: 'Could not put it back', onSuccess: () => setAsking(false) });
  return (
    <section aria-label="Changes by hand" className="flex flex-col gap-4 rounded-lg border bg-surface p-4">
      <header className="flex flex-wrap items-start justify-between gap-3">
        <div>
          <h2 className="text-base">{count(items.length, 'change')} made by hand</h2>
          <p className="text-ink-muted text-sm">
            − is what Fairlead put there, + is what is there now. Visitors may be served by either.
          </p>
        </div>
        {may('drift.put-back') ? <Button onClick={() => setAsking(true)}>Put back</Button> : null}
      </header>
      <ul className="flex flex-col gap-4">
        {items.map((drift) => (
          <DriftItem key={drift.id} drift={drift} />
        ))}
      </ul>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Put back what was changed by hand?"
        action="Put back"
        pending={back.pending && 'Starting…'}
        onConfirm={() => back.run({ method: 'POST', path: `/apps/${appId}/drift/put-back` })}
      >
        Everything marked + above is lost, on every server of this app. What Fairlead put there comes back.
      </ConfirmDialog>
    </section>
  );
}
