'use client';
import type { OperationWithSteps } from '@fairlead/api/types';
import {
  Button,
  Elapsed,
  ErrorNote,
  PageHeader,
  Panel,
  ProgressBar,
  RelativeTime,
  Skeleton,
  StateBadge,
  StepList,
} from '@fairlead/ui';
import { RotateCcw, X } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { resources } from '../../../../data/resources.ts';
import { useAction } from '../../../../data/use-action.tsx';
import { useResource } from '../../../../data/use-resource.ts';
import { LoadFailure } from '../../../../parts/load-failure.tsx';
import { OperationLog } from '../../../../parts/operation-log.tsx';
import { shownSteps } from '../../../../parts/operation-steps.ts';
import { TextLink } from '../../../../parts/text-link.tsx';
import { count } from '../../../../parts/units.ts';
import { useMayRun } from '../../../../shell/me.tsx';

const isLive = ({ status }: OperationWithSteps) => status === 'queued' || status === 'running';

function Answer({ operation }: { operation: OperationWithSteps }) {
  const { status, startedAt, finishedAt, createdAt, currentStep, actorName, steps } = operation;
  const done = steps.filter((step) => step.status === 'succeeded' || step.status === 'skipped').length;
  return (
    <>
      {status === 'queued' ? 'Waiting for its turn' : null}
      {status === 'running' ? (currentStep ?? 'Starting') : null}
      {status === 'failed' ? `Failed at: ${currentStep ?? 'its start'}` : null}
      {status === 'succeeded' || status === 'cancelled'
        ? `${done} of ${count(steps.length, 'step')} done`
        : null}
      {startedAt ? (
        <>
          {' · '}
          <Elapsed from={startedAt} to={finishedAt} />
        </>
      ) : null}
      {' · '}
      {actorName ?? 'Fairlead'}, <RelativeTime at={createdAt} />
    </>
  );
}

function Actions({ operation }: { operation: OperationWithSteps }) {
  const router = useRouter();
  const retry = useAction({
    failure: 'Could not retry',
    onSuccess: (answer) => router.push(`/operations/${answer.operation.id}`),
  });
  const cancel = useAction<unknown>({ failure: 'Could not cancel' });
  const mayRun = useMayRun();
  const path = `/operations/${operation.id}`;
  if (!mayRun(operation.kind)) return null;
  if (isLive(operation)) {
    return (
      <Button
        icon={<X aria-hidden className="size-3.5" />}
        disabled={operation.cancelRequestedAt !== null}
        pending={(cancel.pending || operation.cancelRequestedAt !== null) && 'Cancelling…'}
        onClick={() => cancel.run({ method: 'POST', path: `${path}/cancel` })}
      >
        Cancel
      </Button>
    );
  }
  // A command is run anew, and settings of a process are set anew, where they were asked for.
  if (operation.status === 'succeeded' || operation.kind.startsWith('process.')) return null;
  return (
    <Button
      variant="primary"
      icon={<RotateCcw aria-hidden className="size-3.5" />}
      pending={retry.pending && 'Retrying…'}
      onClick={() => retry.run({ method: 'POST', path: `${path}/retry` })}
    >
      Retry
    </Button>
  );
}

function Subject({ operation }: { operation: OperationWithSteps }) {
  return (
    <>
      <TextLink href="/operations">Operations</TextLink>
      {operation.appId ? (
        <>
          <span aria-hidden>·</span>
          <TextLink href={`/apps/${operation.appId}`}>{operation.appName ?? 'App'}</TextLink>
        </>
      ) : null}
      {operation.serverId ? (
        <>
          <span aria-hidden>·</span>
          <TextLink href={`/servers/${operation.serverId}`}>{operation.serverName ?? 'Server'}</TextLink>
        </>
      ) : null}
    </>
  );
}

/** One operation, live: its steps, its log, and what to do where it failed. */
export function OperationPage({ operationId }: { operationId: string }) {
  const query = useResource(resources.operation(operationId));
  const operation = query.data;
  if (!operation) {
    return query.isError ? (
      <LoadFailure query={query} what="this operation" />
    ) : (
      <Skeleton className="h-96 rounded-lg" />
    );
  }
  const live = isLive(operation);
  const { status, progress, error, steps } = operation;
  const errorAtStep = steps.some((step) => step.error !== null);
  return (
    <>
      <PageHeader
        above={<Subject operation={operation} />}
        title={operation.title}
        state={<StateBadge state={status} variant="pill" />}
        answer={<Answer operation={operation} />}
        actions={<Actions operation={operation} />}
      />
      {live ? <ProgressBar className="mb-5" share={progress ?? 0} label={operation.title} /> : null}
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,5fr)_minmax(0,6fr)]">
        <Panel title="Steps" aside={operation.attempt > 1 ? `attempt ${operation.attempt}` : null}>
          {error && !errorAtStep ? <ErrorNote error={error} className="mb-4" /> : null}
          {steps.length === 0 ? (
            <p className="text-ink-muted text-sm">
              {live ? 'The steps show as soon as a worker takes it up.' : 'It ended before its first step.'}
            </p>
          ) : (
            <StepList steps={shownSteps(steps)} label={`Steps of ${operation.title}`} />
          )}
        </Panel>
        <OperationLog operationId={operation.id} live={live} />
      </div>
    </>
  );
}
