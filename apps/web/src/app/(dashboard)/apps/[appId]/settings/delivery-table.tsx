'use client';
import type { Webhook } from '@fairlead/api/types';
import { type Column, RelativeTime, Table } from '@fairlead/ui';
import { TextLink } from '../../../../../parts/text-link.tsx';

type Delivery = Webhook['deliveries'][number];

const hosts = { github: 'GitHub', gitlab: 'GitLab', bitbucket: 'Bitbucket', gitea: 'Gitea' } as const;

const outcomes: Record<Delivery['outcome'], string> = {
  started: 'Started a deployment',
  joined: 'Joined the one that waited',
  'other-branch': 'Another branch: nothing done',
  deleted: 'The branch was deleted: nothing done',
  'not-a-push': 'Not a push: nothing done',
  off: 'Switched off: nothing done',
  unreadable: 'Could not be read',
  refused: 'Refused: no signature, or a wrong one',
};

const columns: Column<Delivery>[] = [
  {
    key: 'ref',
    header: 'Pushed',
    primary: true,
    cell: ({ ref, commit }) => (
      <span className="min-w-0 break-all font-mono text-xs">
        {ref === null ? '–' : ref.replace(/^refs\/(?:heads\/)?/, '')}
        {commit === null ? null : <span className="text-ink-muted"> {commit.slice(0, 7)}</span>}
      </span>
    ),
  },
  {
    key: 'host',
    header: 'From',
    cell: ({ host }) => (host === null ? <span className="text-ink-muted">unknown</span> : hosts[host]),
  },
  {
    key: 'outcome',
    header: 'Outcome',
    cell: ({ outcome, operationId }) =>
      operationId === null ? (
        <span className="text-ink-muted">{outcomes[outcome]}</span>
      ) : (
        <TextLink href={`/operations/${operationId}`}>{outcomes[outcome]}</TextLink>
      ),
  },
  {
    key: 'at',
    header: 'When',
    align: 'right',
    cell: ({ receivedAt }) => <RelativeTime at={receivedAt} className="text-ink-muted" />,
  },
];

/** The last messages that came to an app’s webhook. */
export function DeliveryTable({ deliveries }: { deliveries: Delivery[] }) {
  return (
    <Table
      label="Last deliveries"
      columns={columns}
      rows={deliveries}
      rowKey={({ id }) => id}
      empty={<p className="text-ink-muted text-sm">Nothing has come yet.</p>}
    />
  );
}
