import type { App } from '@fairlead/api/types';
import { Note } from '@fairlead/ui';
import { TextLink } from './text-link.tsx';
import { count } from './units.ts';

/** A warning where somebody changed by hand what Fairlead put on an app's servers; nothing while all is as it was put there. */
export function DriftNote({ app }: { app: App }) {
  if (app.changesByHand === 0) return null;
  return (
    <Note tone="warning">
      <b className="text-ink">
        {count(app.changesByHand, 'change')} made by hand on the servers of {app.name}.
      </b>{' '}
      <TextLink href={`/apps/${app.id}/config`}>Put back or adopt</TextLink>
    </Note>
  );
}
