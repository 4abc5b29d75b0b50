'use client';
import { Button, Panel, RelativeTime, Skeleton } from '@fairlead/ui';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { listSessions, revokeSession, type Session } from '../../../data/session.ts';

/** `Firefox on Linux`, as far as the browser told. */
function browserName(userAgent: string | null): string {
  if (!userAgent) return 'A program';
  const browser = ['Edg', 'Firefox', 'Chrome', 'Safari'].find((name) => userAgent.includes(name));
  const system = ['Windows', 'Android', 'iPhone', 'Mac OS', 'Linux'].find((name) => userAgent.includes(name));
  return `${browser?.replace('Edg', 'Edge') ?? 'A browser'}${system ? ` on ${system.replace('Mac OS', 'macOS')}` : ''}`;
}

/** Where this account is signed in; each one can be ended. */
export function SessionList() {
  const client = useQueryClient();
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: listSessions });
  const end = (session: Session) =>
    void revokeSession(session.token).then(() => client.invalidateQueries({ queryKey: ['sessions'] }));
  return (
    <Panel title="Sessions" description="Where you are signed in." flush>
      {sessions.data ? (
        <ul className="divide-y border-t">
          {sessions.data.map((session) => (
            <li
              key={session.token}
              className="flex min-h-14 flex-wrap items-center justify-between gap-3 px-4 py-2 text-sm"
            >
              <span>
                {browserName(session.userAgent)}
                <span className="block text-ink-muted text-xs">
                  {session.ipAddress ? `${session.ipAddress}, ` : ''}signed in{' '}
                  <RelativeTime at={session.createdAt} />
                </span>
              </span>
              {session.current ? (
                <span className="text-ink-muted">this one</span>
              ) : (
                <Button size="sm" onClick={() => end(session)}>
                  End session
                </Button>
              )}
            </li>
          ))}
        </ul>
      ) : sessions.isError ? (
        <p className="px-4 pb-4 text-ink-muted text-sm">The sessions could not be read.</p>
      ) : (
        <div className="px-4 pb-4">
          <Skeleton className="h-10" />
        </div>
      )}
    </Panel>
  );
}
