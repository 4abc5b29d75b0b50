'use client';
import { hasProcess } from '@fairlead/core/runtimes';
import { Note, Skeleton } from '@fairlead/ui';
import { resources } from '../../../../../data/resources.ts';
import { useResource } from '../../../../../data/use-resource.ts';
import { LoadFailure } from '../../../../../parts/load-failure.tsx';
import { useMay } from '../../../../../shell/me.tsx';
import { useApp } from '../use-app.ts';
import { AccessGroup } from './access-group.tsx';
import { AnswersGroup } from './answers-group.tsx';
import { GrpcGroup } from './grpc-group.tsx';
import { HeadersGroup } from './headers-group.tsx';
import { HealthGroup } from './health-group.tsx';
import { LimitsGroup } from './limits-group.tsx';
import { ProxyGroup } from './proxy-group.tsx';
import { RateGroup } from './rate-group.tsx';
import { RedirectsGroup } from './redirects-group.tsx';
import { RoutesGroup } from './routes-group.tsx';
import { SnippetGroup } from './snippet-group.tsx';

/** What the balancer’s front does with this app’s requests, beside sharing them out. */
export function HttpPage({ appId }: { appId: string }) {
  const may = useMay();
  const app = useApp(appId);
  const query = useResource(resources.loadBalancer(appId));
  if (query.isError && !query.data) return <LoadFailure query={query} what="the HTTP settings" />;
  if (!app || !query.data) return <Skeleton className="h-72 rounded-lg" />;
  const balancer = query.data;
  const group = {
    app,
    balancer,
    mayChange: may('load-balancer.change') && app.status !== 'new',
    busy: balancer.activeOperation !== null || app.activeOperation !== null,
  };
  return (
    <>
      {app.status === 'new' ? (
        <Note>
          Deploy {app.name} first: these settings are of the front that its first deployment brings.
        </Note>
      ) : null}
      <LimitsGroup {...group} />
      <AnswersGroup {...group} />
      <HealthGroup {...group} />
      <HeadersGroup {...group} list="requestHeaders" />
      <HeadersGroup {...group} list="responseHeaders" />
      <RedirectsGroup {...group} />
      <RoutesGroup {...group} />
      {hasProcess(app.runtime) ? <GrpcGroup {...group} /> : null}
      <ProxyGroup {...group} />
      <AccessGroup {...group} />
      <RateGroup {...group} />
      <SnippetGroup {...group} />
    </>
  );
}
