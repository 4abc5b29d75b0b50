import type { Plan } from '@fairlead/api/types';
import { DiffView, Note } from '@fairlead/ui';
import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import { count, shortCommit } from '../parts/units.ts';

type ServerPlan = Plan['servers'][number];

const signs = { add: '+', change: '±', remove: '−' } as const;
const signWords = { add: 'Add', change: 'Change', remove: 'Remove' } as const;

function Line({ change, children }: { change: keyof typeof signs; children: ReactNode }) {
  return (
    <li className="flex items-baseline gap-2 text-sm">
      <span
        aria-hidden
        className={clsx(
          'w-3 shrink-0 text-center font-mono',
          change === 'add'
            ? 'text-healthy-ink'
            : change === 'remove'
              ? 'text-unhealthy-ink'
              : 'text-ink-muted',
        )}
      >
        {signs[change]}
      </span>
      <span className="min-w-0 break-words">
        <span className="sr-only">{signWords[change]}: </span>
        {children}
      </span>
    </li>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="grid gap-x-4 gap-y-1.5 sm:grid-cols-[8.5rem_minmax(0,1fr)]">
      <h4 className="font-normal text-ink-muted text-sm">{title}</h4>
      <div className="min-w-0">{children}</div>
    </div>
  );
}

const purposes = {
  backend: 'for the balancer',
  database: 'for the database',
  redis: 'for Redis',
  stream: 'for TCP streams or gRPC',
} as const;

/** What becomes of a process. */
const outcomes = { add: 'starts', change: 'is set anew', remove: 'ends' } as const;

const mono = (text: ReactNode) => <code className="font-mono text-xs">{text}</code>;

/** What is done to the machine besides files: the short list that stands beside its name. */
function summary(server: ServerPlan): string {
  const parts: string[] = [];
  if (server.prepares) parts.push('is prepared');
  if (server.deploys) parts.push(`gets ${shortCommit(server.deploys)}`);
  if (server.files.length > 0) parts.push(count(server.files.length, 'file'));
  if (server.reload) parts.push('Nginx reloads');
  if (server.processes?.length) parts.push(count(server.processes.length, 'process', 'processes'));
  if (server.restarts.length > 0) parts.push(`${server.restarts.join(' and ')} restarts`);
  return parts.length > 0 ? parts.join(' · ') : 'small changes alone';
}

function ServerPart({ server }: { server: ServerPlan }) {
  return (
    <section aria-label={`Changes on ${server.name}`} className="rounded-lg border bg-surface">
      <header className="flex flex-wrap items-baseline justify-between gap-x-4 border-b px-4 py-3">
        <h3 className="text-base">{server.name}</h3>
        <p className="text-ink-muted text-sm">{summary(server)}</p>
      </header>
      <div className="flex flex-col gap-4 p-4">
        {server.prepares ? (
          <Part title="Preparation">
            <p className="text-sm">Ansible installs what is missing for this app.</p>
          </Part>
        ) : null}
        {server.deploys ? (
          <Part title="Deployment">
            <p className="text-sm">
              Commit {mono(shortCommit(server.deploys))} is built, started and probed.
            </p>
          </Part>
        ) : null}
        {server.firewall.length > 0 ? (
          <Part title="Firewall">
            <ul>
              {server.firewall.map((rule) => (
                <Line key={`${rule.purpose}${rule.port}${rule.source}`} change={rule.change}>
                  port {mono(rule.port)} from {mono(rule.source)}{' '}
                  <span className="text-ink-muted">{purposes[rule.purpose]}</span>
                </Line>
              ))}
            </ul>
          </Part>
        ) : null}
        {server.grants.length > 0 ? (
          <Part title="Database access">
            <ul>
              {server.grants.map((grant) => (
                <Line key={`${grant.user}${grant.address}`} change={grant.change}>
                  {mono(grant.user)} to {mono(grant.database)} from {mono(grant.address)}
                </Line>
              ))}
            </ul>
          </Part>
        ) : null}
        {server.environment.length > 0 ? (
          <Part title="Environment">
            <ul>
              {server.environment.map((variable) => (
                <Line key={variable.key} change={variable.change}>
                  {mono(variable.key)}
                  {variable.change === 'remove' ? null : variable.value === null ? (
                    <span className="text-ink-muted"> = secret</span>
                  ) : (
                    <> = {mono(variable.value)}</>
                  )}
                </Line>
              ))}
            </ul>
          </Part>
        ) : null}
        {server.restarts.length > 0 ? (
          <Part title="Restarts">
            <p className="text-sm">{server.restarts.join(', ')}</p>
          </Part>
        ) : null}
        {server.processes?.length ? (
          <Part title="Processes">
            <ul>
              {server.processes.map(({ change, kind, name, count }) => (
                <Line key={name} change={change}>
                  {kind} {mono(name)}
                  {count === null ? null : ` × ${count}`}{' '}
                  <span className="text-ink-muted">{outcomes[change]}</span>
                </Line>
              ))}
            </ul>
          </Part>
        ) : null}
        {server.files.map((file) => (
          <DiffView key={file.path} path={file.path} diff={file.diff} />
        ))}
      </div>
    </section>
  );
}

const isTouched = (server: ServerPlan) =>
  server.files.length > 0 ||
  server.firewall.length > 0 ||
  server.grants.length > 0 ||
  server.environment.length > 0 ||
  server.restarts.length > 0 ||
  (server.processes?.length ?? 0) > 0 ||
  server.deploys !== null ||
  server.prepares ||
  server.reload;

/** Everything that an Apply will change, server by server. */
export function PlanView({ plan }: { plan: Plan }) {
  const touched = plan.servers.filter(isTouched);
  return (
    <div className="flex flex-col gap-3">
      {plan.notes.map((note) => (
        <Note key={note.text} tone={note.level}>
          {note.text}
        </Note>
      ))}
      {touched.length === 0 ? <Note>Nothing would change: it is already like this.</Note> : null}
      {touched.map((server) => (
        <ServerPart key={server.serverId} server={server} />
      ))}
    </div>
  );
}
