'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { Button, Panel } from '@fairlead/ui';
import dynamic from 'next/dynamic';
import { type ReactNode, useEffect, useState } from 'react';

export type HttpSettings = LoadBalancer['http'];

const HttpPlanDialog = dynamic(
  () => import('./http-plan-dialog.tsx').then((module) => module.HttpPlanDialog),
  {
    ssr: false,
  },
);

/** What every group of settings is given by the page. */
export interface GroupProps {
  app: App;
  balancer: LoadBalancer;
  mayChange: boolean;
  /** Something is being done to this app; it has to end first. */
  busy: boolean;
}

/** What the fields of a group work with. */
export interface GroupForm<Name extends keyof HttpSettings> {
  draft: Pick<HttpSettings, Name>;
  change: (some: Partial<Pick<HttpSettings, Name>>) => void;
  /** What is wrong with a field, by its path: `timeouts.readSeconds`. */
  errorOf: (path: string) => string | undefined;
  disabled: boolean;
}

interface HttpGroupProps<Name extends keyof HttpSettings> extends GroupProps {
  title: string;
  description: string;
  names: readonly Name[];
  children: (form: GroupForm<Name>) => ReactNode;
}

/**
 * Some settings under one heading: changed together, looked at as a plan, then applied. Begins anew when they were changed, by oneself or by somebody
 * else; what is being written in other groups stays.
 */
export function HttpGroup<Name extends keyof HttpSettings>(props: HttpGroupProps<Name>) {
  return <DraftedGroup key={JSON.stringify(pick(props.balancer.http, props.names))} {...props} />;
}

function DraftedGroup<Name extends keyof HttpSettings>(props: HttpGroupProps<Name>) {
  const { app, balancer, mayChange, busy, title, description, names, children } = props;
  const [draft, setDraft] = useState(() => pick(balancer.http, names));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [isReviewed, setReviewed] = useState(false);
  const known = pick(balancer.http, names);
  const isNew = JSON.stringify(draft) !== JSON.stringify(known);
  useEffect(() => {
    if (!isNew) return setErrors({});
    let isWanted = true;
    // The schema of the API itself, fetched when somebody first changes something.
    void import('./http-errors.ts').then(({ httpErrors }) => {
      if (isWanted) setErrors(httpErrors({ ...balancer.http, ...draft }));
    });
    return () => {
      isWanted = false;
    };
  }, [draft, isNew, balancer.http]);
  const errorOf = (path: string) =>
    errors[path] ?? Object.entries(errors).find(([key]) => key.startsWith(`${path}.`))?.[1];
  return (
    <Panel title={title} description={description}>
      <div className="flex flex-col gap-5">
        {children({
          draft,
          change: (some) => setDraft((before) => ({ ...before, ...some })),
          errorOf,
          disabled: !mayChange,
        })}
        {mayChange ? (
          <div className="flex flex-wrap justify-end gap-2">
            {isNew ? (
              <Button variant="ghost" onClick={() => setDraft(known)}>
                Discard
              </Button>
            ) : null}
            <Button
              disabled={!isNew || busy || Object.keys(errors).length > 0}
              aria-label={`Review plan: ${title}`}
              onClick={() => setReviewed(true)}
            >
              Review plan
            </Button>
          </div>
        ) : null}
      </div>
      {isReviewed ? (
        <HttpPlanDialog app={app} title={title} http={draft} onClose={() => setReviewed(false)} />
      ) : null}
    </Panel>
  );
}

function pick<Name extends keyof HttpSettings>(
  settings: HttpSettings,
  names: readonly Name[],
): Pick<HttpSettings, Name> {
  return Object.fromEntries(names.map((name) => [name, settings[name]])) as Pick<HttpSettings, Name>;
}
