import type { Import } from '@fairlead/api/types';
import { TextLink } from '../../../../../../parts/text-link.tsx';

type Line = NonNullable<Import['result']>['servers'][number];

interface ForeignServersProps {
  appId: string;
  servers: Line[];
  /** In words. */
  method: string;
}

function Meaning({ appId, line }: { appId: string; line: Line }) {
  const server = line.server ? (
    <TextLink href={`/servers/${line.server.id}`}>{line.server.name}</TextLink>
  ) : null;
  switch (line.is) {
    case 'backend':
      return <>{server}, a backend of this app</>;
    case 'server':
      return (
        <>
          {server} does not run this app.{' '}
          <TextLink href={`/apps/${appId}/load-balancer`}>Add it to the load balancer</TextLink>, or it gets
          no more requests.
        </>
      );
    case 'unknown':
      return (
        <>
          No registered server. <TextLink href="/servers">Add it under Servers</TextLink>, or it gets no more
          requests.
        </>
      );
  }
}

/** Whom the upstream leads requests to, and what is next for those that are no backends. */
export function ForeignServers({ appId, servers, method }: ForeignServersProps) {
  return (
    <section className="flex flex-col gap-1.5">
      <h3 className="font-medium text-sm">Servers, by {method}</h3>
      <ul className="flex flex-col gap-2">
        {servers.map((line) => (
          <li
            key={`${line.host} ${line.port}`}
            className="grid gap-x-4 gap-y-0.5 text-sm sm:grid-cols-[14rem_minmax(0,1fr)]"
          >
            <code className="break-all font-mono">
              {line.host.includes(':') ? `[${line.host}]` : line.host}:{line.port}
            </code>
            <div className="min-w-0">
              <p className={line.is === 'backend' ? '' : 'text-draining-ink'}>
                <Meaning appId={appId} line={line} />
              </p>
              {line.options.length === 0 ? null : <p className="text-ink-muted">{line.options.join(', ')}</p>}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
