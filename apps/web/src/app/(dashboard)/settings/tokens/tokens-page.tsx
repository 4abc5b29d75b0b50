'use client';
import type { Token } from '@fairlead/api/types';
import {
  Button,
  type Column,
  ConfirmDialog,
  EmptyState,
  RelativeTime,
  Table,
  TableSkeleton,
} from '@fairlead/ui';
import { KeyRound, Plus } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { resources } from '../../../../data/resources.ts';
import { useAction } from '../../../../data/use-action.tsx';
import { useResource } from '../../../../data/use-resource.ts';
import { LoadFailure } from '../../../../parts/load-failure.tsx';
import { TextLink } from '../../../../parts/text-link.tsx';

const NewTokenDialog = dynamic(
  () => import('./new-token-dialog.tsx').then((module) => module.NewTokenDialog),
  { ssr: false },
);

/** Keys of programs that use the API as this person. */
export function TokensPage() {
  const tokens = useResource(resources.tokens);
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const revoke = useAction<unknown>({
    failure: 'Could not revoke the token',
    success: 'The token was revoked',
  });
  const columns: Column<Token>[] = [
    {
      key: 'name',
      header: 'Name',
      primary: true,
      cell: (token) => (
        <span className="min-w-0">
          <span className="font-medium">{token.name}</span>
          <code className="block font-mono text-ink-muted text-xs">{token.prefix}…</code>
        </span>
      ),
    },
    { key: 'scopes', header: 'May', cell: ({ scopes }) => scopes.join(' and ') },
    {
      key: 'used',
      header: 'Last used',
      align: 'right',
      cell: ({ lastUsedAt }) => <RelativeTime at={lastUsedAt} className="text-ink-muted" />,
    },
    {
      key: 'expires',
      header: 'Expires',
      align: 'right',
      cell: ({ expiresAt }) =>
        expiresAt ? (
          new Date(expiresAt).toLocaleDateString('en', { dateStyle: 'medium' })
        ) : (
          <span className="text-ink-muted">never</span>
        ),
    },
    {
      key: 'revoke',
      header: 'Actions',
      quiet: true,
      align: 'right',
      cell: (token) => (
        <Button
          size="sm"
          variant="ghost"
          aria-label={`Revoke ${token.name}`}
          onClick={() => setRevoking(token)}
        >
          Revoke
        </Button>
      ),
    },
  ];
  const newButton = (
    <Button icon={<Plus aria-hidden className="size-3.5" />} onClick={() => setCreating(true)}>
      New token
    </Button>
  );
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="text-ink-muted text-sm">
          For <code className="font-mono">Authorization: Bearer fl_…</code>, described in the{' '}
          <a
            href="/api/v1/docs"
            className="underline decoration-line-strong underline-offset-3 hover:decoration-ink"
          >
            API reference
          </a>
          . What they do is in the <TextLink href="/settings/audit">audit log</TextLink> under your name.
        </p>
        {tokens.data?.items.length ? newButton : null}
      </div>
      {tokens.data ? (
        <Table
          label="API tokens"
          columns={columns}
          rows={tokens.data.items}
          rowKey={(token) => token.id}
          empty={
            <EmptyState icon={<KeyRound />} title="No token yet" action={newButton}>
              A token lets a script or a pipeline do what you may do: deploy after a build, for example.
            </EmptyState>
          }
        />
      ) : tokens.isError ? (
        <LoadFailure query={tokens} what="the tokens" />
      ) : (
        <TableSkeleton rows={2} label="Reading the tokens" />
      )}
      {creating ? <NewTokenDialog open onOpenChange={setCreating} /> : null}
      <ConfirmDialog
        open={revoking !== null}
        onOpenChange={() => setRevoking(null)}
        title={`Revoke ${revoking?.name ?? 'the token'}?`}
        action="Revoke token"
        onConfirm={() => {
          if (revoking) revoke.run({ method: 'DELETE', path: `/tokens/${revoking.id}` });
          setRevoking(null);
        }}
      >
        <p>Programs that use it are refused from now on. It can’t be taken back.</p>
      </ConfirmDialog>
    </>
  );
}
