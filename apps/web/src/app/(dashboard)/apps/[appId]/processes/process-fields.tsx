import type { LoadBalancer } from '@fairlead/api/types';
import { Field, Input, Select } from '@fairlead/ui';
import { NumberField } from '../http/number-field.tsx';
import type { Draft } from './process-draft.ts';

interface ProcessFieldsProps {
  draft: Draft;
  /** The name of what is there already stays. */
  isNew: boolean;
  backends: LoadBalancer['backends'];
  /** By field. */
  errors: Record<string, string>;
  onChange: (some: Partial<Draft>) => void;
}

const all = 'all';
const primary = 'primary';

/** On every backend, or on one. */
function PlaceField({ draft, backends, errors, onChange }: ProcessFieldsProps) {
  const value = draft.place === 'all' ? all : (draft.backendId ?? primary);
  const others = backends.filter(({ desired }) => desired !== 'removed');
  return (
    <Field
      label="Runs on"
      hint="One that is removed hands over to the primary. One that is down is not replaced by itself."
      error={errors.backendId ?? errors.place}
    >
      <Select
        options={[
          { value: all, label: 'Every backend' },
          { value: primary, label: 'One: the primary' },
          ...others.map(({ id, server }) => ({ value: id, label: `One: ${server.name}` })),
        ]}
        value={value}
        onChange={(chosen) =>
          onChange({
            place: chosen === all ? 'all' : 'one',
            backendId: chosen === all || chosen === primary ? null : chosen,
          })
        }
      />
    </Field>
  );
}

function ScheduleFields({ draft, errors, onChange }: ProcessFieldsProps) {
  return (
    <>
      <Field
        label="Schedule"
        hint="Minute, hour, day of the month, month, day of the week. The plan says it in words."
        error={errors.schedule}
      >
        <Input
          mono
          required
          maxLength={200}
          value={draft.schedule}
          onChange={(event) => onChange({ schedule: event.target.value })}
        />
      </Field>
      <Field label="Time zone" hint="For example Europe/Berlin." error={errors.timeZone}>
        <Input
          required
          maxLength={60}
          value={draft.timeZone}
          onChange={(event) => onChange({ timeZone: event.target.value })}
        />
      </Field>
    </>
  );
}

/** What a worker, a cron entry or a command is made of. */
export function ProcessFields(props: ProcessFieldsProps) {
  const { draft, isNew, errors, onChange } = props;
  const number = (
    label: string,
    field: 'count' | 'stopTimeoutSeconds' | 'timeLimitSeconds',
    hint: string,
  ) => (
    <NumberField
      label={label}
      hint={hint}
      error={errors[field]}
      disabled={false}
      value={draft[field]}
      onChange={(value) => onChange({ [field]: value })}
    />
  );
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field label="Name" error={errors.name}>
        <Input
          mono
          required
          disabled={!isNew}
          maxLength={31}
          placeholder="mail"
          value={draft.name}
          onChange={(event) => onChange({ name: event.target.value })}
        />
      </Field>
      <Field label="Command" hint="One line for sh, in the release’s folder." error={errors.command}>
        <Input
          mono
          required
          maxLength={4096}
          placeholder={draft.kind === 'worker' ? 'php artisan queue:work' : 'npm run report'}
          value={draft.command}
          onChange={(event) => onChange({ command: event.target.value })}
        />
      </Field>
      {draft.kind === 'cron' ? <ScheduleFields {...props} /> : null}
      {draft.kind === 'worker' ? number('Instances', 'count', 'On each backend. 0: none for now.') : null}
      {draft.kind === 'command' ? null : <PlaceField {...props} />}
      <Field label="Memory limit, in MiB" hint="Of each. Empty: none." optional error={errors.memoryMib}>
        <Input
          type="number"
          inputMode="numeric"
          min={16}
          className="tabular"
          value={draft.memoryMib ?? ''}
          onChange={({ target }) =>
            onChange({ memoryMib: target.value === '' ? null : target.valueAsNumber })
          }
        />
      </Field>
      {draft.kind === 'command'
        ? null
        : number('Time to end, in seconds', 'stopTimeoutSeconds', 'After SIGTERM; then it is killed.')}
      {draft.kind === 'worker'
        ? null
        : number('Time limit, in seconds', 'timeLimitSeconds', 'A run that takes longer is ended.')}
    </div>
  );
}
