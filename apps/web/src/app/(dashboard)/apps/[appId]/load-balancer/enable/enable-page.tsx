'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { Button, ErrorNote, Skeleton } from '@fairlead/ui';
import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { resources } from '../../../../../../data/resources.ts';
import { useAction } from '../../../../../../data/use-action.tsx';
import { useResource } from '../../../../../../data/use-resource.ts';
import { LoadFailure } from '../../../../../../parts/load-failure.tsx';
import { count } from '../../../../../../parts/units.ts';
import { PlanSkeleton } from '../../../../../../plan/plan-skeleton.tsx';
import { usePlan } from '../../../../../../plan/use-plan.ts';
import { useApp } from '../../use-app.ts';
import { MethodChoice } from '../method-choice.tsx';
import { type Balancing, describeBalancing } from '../methods.ts';
import { ChecklistSkeleton } from './checklist-skeleton.tsx';
import { ChecklistStage } from './checklist-stage.tsx';
import { ScanLine } from './scan-line.tsx';
import { ServersStage } from './servers-stage.tsx';
import { Stage } from './stage.tsx';

const PlanView = dynamic(
  () => import('../../../../../../plan/plan-view.tsx').then((module) => module.PlanView),
  { ssr: false, loading: () => <PlanSkeleton /> },
);

type At = 'checklist' | 'servers' | 'method' | 'plan';
const order: At[] = ['checklist', 'servers', 'method', 'plan'];

function EnableFlow({ app, balancer }: { app: App; balancer: LoadBalancer }) {
  const router = useRouter();
  const checklist = useResource(resources.checklist(app.id));
  const [at, setAt] = useState<At>('checklist');
  const [acknowledged, setAcknowledged] = useState<string[]>(balancer.acknowledgedChecks);
  const [serverIds, setServerIds] = useState<string[]>([]);
  const [balancing, setBalancing] = useState<Balancing>(() => {
    const { method, hashKey, stickyCookie } = balancer;
    return { method, hashKey, stickyCookie };
  });
  const plan = usePlan(app.id, at === 'plan' ? { action: 'enable', serverIds, ...balancing } : null);
  const enable = useAction({
    failure: 'Could not enable the load balancer',
    quiet: true,
    onSuccess: () => router.push(`/apps/${app.id}/load-balancer`),
  });
  const items = checklist.data?.items ?? [];
  const open = items.filter((item) => item.needsAcknowledgement);
  const given = open.filter((item) => acknowledged.includes(item.key)).map((item) => item.key);
  const ready = items.length > 0 && given.length === open.length;
  const stage = (name: At) => ({
    number: order.indexOf(name) + 1,
    ahead: order.indexOf(name) - order.indexOf(at),
    onOpen: () => setAt(name),
  });
  return (
    <ol className="max-w-4xl divide-y overflow-hidden rounded-lg border bg-surface shadow-card">
      <Stage
        {...stage('checklist')}
        title="Is the app ready for several servers?"
        said={`${items.length - open.length} of ${count(items.length, 'point')} in order, ${given.length} acknowledged`}
      >
        <p className="text-ink-muted text-sm">
          Each backend has its own disk. Fairlead does not copy files between them, so what every backend
          needs must live where all of them reach it.
        </p>
        {checklist.data ? (
          <>
            <ScanLine
              scan={checklist.data.scan}
              checking={checklist.isFetching}
              onCheck={() => void checklist.refetch()}
            />
            <ChecklistStage items={items} acknowledged={acknowledged} onChange={setAcknowledged} />
          </>
        ) : checklist.isError ? (
          <LoadFailure query={checklist} what="the checklist" />
        ) : (
          <ChecklistSkeleton />
        )}
        <Button variant="primary" disabled={!ready} onClick={() => setAt('servers')}>
          Continue
        </Button>
      </Stage>
      <Stage
        {...stage('servers')}
        title="Which servers take a share?"
        said={`${count(serverIds.length, 'server')} besides the primary`}
      >
        <ServersStage app={app} balancer={balancer} chosen={serverIds} onChange={setServerIds} />
        <Button variant="primary" disabled={serverIds.length === 0} onClick={() => setAt('method')}>
          Continue
        </Button>
      </Stage>
      <Stage {...stage('method')} title="How are requests shared out?" said={describeBalancing(balancing)}>
        <MethodChoice balancer={balancer} value={balancing} onChange={setBalancing} />
        <Button variant="primary" onClick={() => setAt('plan')}>
          Review plan
        </Button>
      </Stage>
      <Stage {...stage('plan')} title="The plan" said="">
        <p className="text-ink-muted text-sm">
          Nothing has changed yet. {app.primaryServer.name} keeps serving through all of it.
        </p>
        {plan.data ? (
          <PlanView plan={plan.data} />
        ) : plan.isError ? (
          <LoadFailure query={plan} what="the plan" />
        ) : (
          <PlanSkeleton />
        )}
        {enable.error ? <ErrorNote title="It was not applied" error={enable.error} /> : null}
        <Button
          variant="primary"
          disabled={!plan.data}
          pending={enable.pending && 'Applying…'}
          onClick={() =>
            enable.run({
              method: 'POST',
              path: `/apps/${app.id}/load-balancer`,
              body: { serverIds, ...balancing, acknowledged: given },
            })
          }
        >
          Apply
        </Button>
      </Stage>
    </ol>
  );
}

/** From one server to several: readiness, servers, method, plan, Apply. */
export function EnablePage({ appId }: { appId: string }) {
  const app = useApp(appId);
  const balancer = useResource(resources.loadBalancer(appId));
  if (balancer.isError && !balancer.data) return <LoadFailure query={balancer} what="the load balancer" />;
  if (!app || !balancer.data) return <Skeleton className="h-96 max-w-4xl rounded-lg" />;
  return <EnableFlow app={app} balancer={balancer.data} />;
}
