'use client';
import { type Column, Note, RelativeTime, Table, TableSkeleton } from '@fairlead/ui';
import { useQuery } from '@tanstack/react-query';
import { listMembers, type TeamMember } from '../../../../data/session.ts';
import { useMe } from '../../../../shell/me.tsx';

const roles = [
  ['owner', 'everything, and the organization itself'],
  ['admin', 'servers, apps, balancers, the audit log'],
  ['deployer', 'deploys, changes environments, switches backends'],
  ['viewer', 'looks'],
] as const;

const columns: Column<TeamMember>[] = [
  {
    key: 'name',
    header: 'Name',
    primary: true,
    cell: ({ user }) => (
      <span className="min-w-0">
        <span className="font-medium">{user.name}</span>
        <span className="block truncate text-ink-muted text-xs">{user.email}</span>
      </span>
    ),
  },
  { key: 'role', header: 'Role', cell: ({ role }) => <span className="capitalize">{role}</span> },
  {
    key: 'since',
    header: 'Joined',
    align: 'right',
    cell: ({ createdAt }) => <RelativeTime at={createdAt} className="text-ink-muted" />,
  },
];

/** Who belongs here, and what each role may. */
export function TeamPage() {
  const me = useMe();
  const members = useQuery({ queryKey: ['team'], queryFn: () => listMembers(me.organization.id) });
  return (
    <>
      {members.data ? (
        <Table label="Members" columns={columns} rows={members.data} rowKey={(member) => member.id} />
      ) : members.isError ? (
        <Note tone="warning">The members could not be read.</Note>
      ) : (
        <TableSkeleton rows={2} label="Reading the members" />
      )}
      <dl className="flex flex-col gap-1.5 text-sm">
        {roles.map(([role, text]) => (
          <div key={role} className="flex gap-3">
            <dt className="w-20 shrink-0 font-medium capitalize">{role}</dt>
            <dd className="text-ink-muted">{text}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
