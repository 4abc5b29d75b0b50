'use client';
import type { Config, ConfigSummary } from '@fairlead/api/types';
import { CodeBlock, Copyable, Note, Skeleton, Tabs } from '@fairlead/ui';
import { resources } from '../../../../../data/resources.ts';
import { useResource } from '../../../../../data/use-resource.ts';
import { LoadFailure } from '../../../../../parts/load-failure.tsx';
import { TextLink } from '../../../../../parts/text-link.tsx';
import { GenerationDiff } from './generation-diff.tsx';
import { RestoreButton } from './restore-button.tsx';

interface ConfigViewProps {
  appId: string;
  generation: number;
  /** Every generation, to compare with. */
  items: ConfigSummary[];
}

function Origin({ config }: { config: Config }) {
  return (
    <p className="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-1 text-ink-muted text-sm">
      {config.operation ? (
        <span>
          <TextLink href={`/operations/${config.operation.id}`}>{config.operation.title}</TextLink>, asked for
          by {config.operation.actorName}
        </span>
      ) : null}
      <span>
        on <TextLink href={`/servers/${config.server.id}`}>{config.server.name}</TextLink>
      </span>
      <span className="inline-flex items-center gap-1.5">
        SHA-256 <Copyable text={config.sha256} shown={config.sha256.slice(0, 12)} label="Copy SHA-256" />
      </span>
    </p>
  );
}

/** One generation: the file as it was applied, who asked for it, and how it differs from the others. */
export function ConfigView({ appId, generation, items }: ConfigViewProps) {
  const query = useResource(resources.config(appId, generation));
  const config = query.data;
  if (!config) {
    return query.isError ? (
      <LoadFailure query={query} what={`generation ${generation}`} />
    ) : (
      <Skeleton className="h-96 rounded-lg" />
    );
  }
  const previous =
    config.previousGeneration ?? items.find((item) => item.generation !== generation)?.generation;
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <Origin config={config} />
        {config.current ? null : <RestoreButton key={generation} appId={appId} generation={generation} />}
      </div>
      <Tabs
        key={generation}
        label={`Generation ${generation}`}
        tabs={[
          {
            value: 'file',
            label: 'File',
            content: <CodeBlock code={config.content} title={config.path} copyLabel="Copy configuration" />,
          },
          ...(config.streams?.content == null
            ? []
            : [
                {
                  value: 'streams',
                  label: 'TCP',
                  content: (
                    <CodeBlock
                      code={config.streams.content}
                      title={config.streams.path}
                      copyLabel="Copy configuration of the TCP streams"
                    />
                  ),
                },
              ]),
          {
            value: 'diff',
            label: 'Compare',
            content:
              previous === undefined ? (
                <Note>This is the only one yet.</Note>
              ) : (
                <GenerationDiff appId={appId} generation={generation} previous={previous} items={items} />
              ),
          },
        ]}
      />
    </div>
  );
}
