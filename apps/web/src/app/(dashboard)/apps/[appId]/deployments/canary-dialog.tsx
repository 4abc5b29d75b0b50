'use client';
import type { App } from '@fairlead/api/types';
import { Checkbox, Field, Input, Select, type SelectOption } from '@fairlead/ui';
import { useState } from 'react';
import { resources } from '../../../../../data/resources.ts';
import { useAction } from '../../../../../data/use-action.tsx';
import { useResource } from '../../../../../data/use-resource.ts';
import { FormDialog } from '../../../../../parts/form-dialog.tsx';

type Whom = 'share' | 'cookie';
type Judge = 'rule' | 'hand';

const whoms: SelectOption<Whom>[] = [
  { value: 'share', label: 'A share of all visitors' },
  { value: 'cookie', label: 'Those with the cookie alone' },
];
const judges: SelectOption<Judge>[] = [
  { value: 'rule', label: 'By a rule' },
  { value: 'hand', label: 'By hand alone' },
];

interface LimitProps {
  name: string;
  label: string;
  hint: string;
  value: number;
  max: number;
  error: string | undefined;
}

function Limit({ name, label, hint, value, max, error }: LimitProps) {
  return (
    <Field name={name} label={label} hint={hint} error={error}>
      <Input required name={name} type="number" min={0} max={max} step="any" defaultValue={value} />
    </Field>
  );
}

/** Deploys to one backend first, which gets a share of the visitors. */
export function CanaryDialog({ app, onClose }: { app: App; onClose: () => void }) {
  const [whom, setWhom] = useState<Whom>('share');
  const [chosen, setChosen] = useState<string[]>([]);
  const [judge, setJudge] = useState<Judge>('rule');
  const balancer = useResource(resources.loadBalancer(app.id));
  const eligible = (balancer.data?.backends ?? []).filter(
    ({ role, inUpstream, backup }) => role === 'replica' && inUpstream === 'up' && !backup,
  );
  const deploy = useAction({
    failure: `Could not start the canary of ${app.name}`,
    quiet: true,
    onSuccess: onClose,
  });
  const error = (field: string) => deploy.fields[`canary.${field}`];
  return (
    <FormDialog
      title="Deploy as a canary"
      description={`The newest commit of ${app.branch} goes to some backends first. Both sides are compared by what their visitors are answered; then the others get it, or those get the release before back.`}
      submit={['Deploy', 'Starting…']}
      action={deploy}
      className="grid gap-4 sm:grid-cols-2"
      onClose={onClose}
      onSubmit={(text) => {
        const number = (name: string) => Number(text(name));
        const rule =
          judge === 'hand'
            ? null
            : {
                minRequests: number('minRequests'),
                longestSeconds: Math.round(number('longestMinutes') * 60),
                maxExtraErrorPercent: number('maxExtraErrorPercent'),
                maxSlowerPercent: number('maxSlowerPercent'),
              };
        const canary = {
          percent: whom === 'share' ? number('percent') : 0,
          cookie: text('cookie').trim(),
          backendIds: chosen,
          rule,
        };
        deploy.run({ method: 'POST', path: `/apps/${app.id}/deployments`, body: { canary } });
      }}
    >
      <Field name="whom" label="Who gets it">
        <Select label="Who gets it" value={whom} onChange={setWhom} options={whoms} />
      </Field>
      {whom === 'share' ? (
        <Field name="percent" label="Share (%)" hint="Of the visitors, 1 to 50." error={error('percent')}>
          <Input required name="percent" type="number" min={1} max={50} defaultValue={10} />
        </Field>
      ) : null}
      <Field
        name="cookie"
        label="Cookie"
        hint="Keeps each visitor on his side; always and never in it choose one."
        error={error('cookie')}
      >
        <Input mono required name="cookie" maxLength={64} defaultValue="fairlead_canary" />
      </Field>
      <Field name="judge" label="Promoted or aborted">
        <Select label="Promoted or aborted" value={judge} onChange={setJudge} options={judges} />
      </Field>
      {eligible.length > 1 ? (
        <fieldset className="flex flex-col gap-2 sm:col-span-2">
          <legend className="mb-2 font-medium text-sm">Backends (none ticked: one of them)</legend>
          {eligible.map(({ id, server }) => (
            <Checkbox
              key={id}
              checked={chosen.includes(id)}
              onChange={(isTicked) =>
                setChosen(isTicked ? [...chosen, id] : chosen.filter((other) => other !== id))
              }
              label={server.name}
            />
          ))}
        </fieldset>
      ) : null}
      {judge === 'rule' ? (
        <>
          <Limit
            name="minRequests"
            label="Least requests"
            hint="On each side, before anything is said."
            value={200}
            max={1_000_000}
            error={error('rule.minRequests')}
          />
          <Limit
            name="longestMinutes"
            label="Longest time (min)"
            hint="With fewer requests by then it is aborted."
            value={30}
            max={10_080}
            error={error('rule.longestSeconds')}
          />
          <Limit
            name="maxExtraErrorPercent"
            label="More errors (percentage points)"
            hint="5xx answers, beside those of the others."
            value={1}
            max={100}
            error={error('rule.maxExtraErrorPercent')}
          />
          <Limit
            name="maxSlowerPercent"
            label="Slower (%)"
            hint="95 % of the answers, beside the others’."
            value={50}
            max={10_000}
            error={error('rule.maxSlowerPercent')}
          />
        </>
      ) : null}
    </FormDialog>
  );
}
