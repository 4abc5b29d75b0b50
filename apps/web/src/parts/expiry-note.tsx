import type { App } from '@fairlead/api/types';
import { Note, RelativeTime } from '@fairlead/ui';
import { TextLink } from './text-link.tsx';

/** A warning before the certificate of an app ends, and after; nothing while that is far. */
export function ExpiryNote({ app, isLinked = false }: { app: App; isLinked?: boolean }) {
  const { certificate } = app;
  if (certificate === null || certificate.expiry === 'far') return null;
  const isOver = certificate.expiry === 'over';
  return (
    <Note tone="warning">
      <b className="text-ink">
        The certificate of {app.name} {isOver ? 'ended' : 'ends'} <RelativeTime at={certificate.notAfter} />.
      </b>{' '}
      {isOver ? 'Browsers refuse to show the site. ' : ''}
      {certificate.source === 'acme'
        ? 'It should have renewed itself by now: see what keeps it from that.'
        : 'Upload the next one and choose it.'}
      {isLinked ? (
        <>
          {' '}
          <TextLink href={`/apps/${app.id}/tls`}>Look at TLS</TextLink>
        </>
      ) : null}
    </Note>
  );
}
