'use client';
import type { Import } from '@fairlead/api/types';
import { Button, Note, Panel } from '@fairlead/ui';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { useMay } from '../../../../../../shell/me.tsx';
import { useApp } from '../../use-app.ts';
import { ForeignServers } from './foreign-servers.tsx';

// Loaded when it is opened: a plan brings the diff and everything around it.
const ImportDialog = dynamic(() => import('./import-dialog.tsx').then((module) => module.ImportDialog), {
  ssr: false,
});

function blockInWords({ names, listens, upstream, does }: Import['blocks'][number]): string {
  const name = names.filter((known) => known !== '').join(', ') || 'every other name';
  const ports = listens.join(', ');
  if (does === 'to-https') return `${name} (${ports}): sends visitors to HTTPS`;
  return `${name} (${ports})${upstream === null ? '' : ` to ${upstream}`}`;
}

function Lines({ title, lines, hint }: { title: string; lines: string[]; hint?: string }) {
  if (lines.length === 0) return null;
  return (
    <section className="flex flex-col gap-1.5">
      <h3 className="font-medium text-sm">{title}</h3>
      {hint ? <p className="text-ink-muted text-sm">{hint}</p> : null}
      <ul className="flex flex-col gap-1">
        {lines.map((line) => (
          <li key={line}>
            <code className="whitespace-pre-wrap break-all font-mono text-sm">{line}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Settings({ lines }: { lines: string[] }) {
  if (lines.length === 0) return null;
  return (
    <section className="flex flex-col gap-1.5">
      <h3 className="font-medium text-sm">Settings</h3>
      <ul className="flex flex-col gap-1 text-sm">
        {lines.map((line) => (
          <li key={line} className="break-words">
            {line}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Lost({ lost }: { lost: { text: string; why: string }[] }) {
  if (lost.length === 0) return null;
  return (
    <section className="flex flex-col gap-1.5">
      <h3 className="font-medium text-sm">Can’t be kept</h3>
      <ul className="flex flex-col gap-2">
        {lost.map(({ text, why }) => (
          <li key={`${text} ${why}`} className="text-sm">
            <code className="whitespace-pre-wrap break-all font-mono">{text}</code>
            <p className="text-ink-muted">{why}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Result({ appId, result }: { appId: string; result: NonNullable<Import['result']> }) {
  const { names, tls, method, servers, settings, snippet, covered, lost } = result;
  return (
    <div className="flex flex-col gap-5">
      <ForeignServers appId={appId} servers={servers} method={method} />
      <Settings
        lines={[
          ...(names.length === 0 ? [] : [`Domains: ${names.join(', ')}`]),
          ...(tls ? ['TLS'] : []),
          ...settings,
        ]}
      />
      <Lines
        title="Kept in the snippet"
        lines={snippet}
        hint="Fairlead has no setting for these; they go on as they are written."
      />
      <Lost lost={lost} />
      <Lines title="Done by Fairlead anyway" lines={covered} />
    </div>
  );
}

/** One file of the server's own: its sites, and what an import would make of them. */
export function ForeignFile({ appId, item }: { appId: string; item: Import }) {
  const [open, setOpen] = useState<boolean | null>(null);
  const may = useMay();
  const busy = useApp(appId)?.activeOperation != null;
  const { path, blocks, refusal, result } = item;
  return (
    <Panel
      title={<code className="break-all font-mono text-sm">{path}</code>}
      aside={
        result !== null && may('load-balancer.import') ? (
          <Button variant="primary" disabled={busy} onClick={() => setOpen(true)}>
            Import
          </Button>
        ) : undefined
      }
    >
      <div className="flex flex-col gap-5">
        <ul className="flex flex-col gap-1 text-sm">
          {blocks.map((block) => (
            <li key={JSON.stringify(block)} className="break-words">
              {blockInWords(block)}
            </li>
          ))}
        </ul>
        {refusal === null ? null : <Note tone="warning">{refusal}</Note>}
        {result === null ? null : <Result appId={appId} result={result} />}
      </div>
      {open === null ? null : <ImportDialog appId={appId} item={item} open={open} onOpenChange={setOpen} />}
    </Panel>
  );
}
