'use client';
import { Field, Input, Panel, Textarea } from '@fairlead/ui';
import { parseEnvironment } from '../../../../parts/environment-text.ts';
import type { SectionProps } from './repository-section.tsx';

/** Environment, domains, health: what can also be said later. */
export function ReachSection({ draft, set, fields }: SectionProps) {
  const { problems } = parseEnvironment(draft.environment);
  return (
    <Panel title="Environment and reach" description="All of this can be changed later.">
      <div className="flex flex-col gap-5">
        <Field
          name="environment"
          label="Environment"
          optional
          error={problems[0]?.message ?? fields.set}
          hint="One KEY=value a line. Stored encrypted; never shown again."
        >
          <Textarea
            mono
            rows={4}
            placeholder={'APP_SECRET=…\nSMTP_URL=…'}
            value={draft.environment}
            onChange={(event) => set({ environment: event.target.value })}
          />
        </Field>
        <Field
          name="domains"
          label="Domains"
          optional
          error={fields.domains}
          hint="Separated by spaces. Without one the app answers on the balancer’s address."
        >
          <Input mono value={draft.domains} onChange={(event) => set({ domains: event.target.value })} />
        </Field>
        <div className="grid gap-5 sm:grid-cols-2">
          <Field
            name="healthPath"
            label="Health check path"
            error={fields.healthPath}
            hint="200, 201, 204, 301 and 302 are healthy."
          >
            <Input
              mono
              value={draft.healthPath}
              onChange={(event) => set({ healthPath: event.target.value })}
            />
          </Field>
          <Field
            name="port"
            label="Port"
            optional
            error={fields.port}
            hint="Where each backend listens for the balancer. A free one is taken."
          >
            <Input
              type="number"
              min={1024}
              max={65535}
              className="tabular"
              value={draft.port}
              onChange={(event) => set({ port: event.target.value })}
            />
          </Field>
        </div>
      </div>
    </Panel>
  );
}
