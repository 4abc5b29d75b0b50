'use client';
import { Checkbox, Field, Select } from '@fairlead/ui';
import { type GroupProps, HttpGroup, type HttpSettings } from './http-group.tsx';
import { NumberField } from './number-field.tsx';

const names = ['buffering', 'gzip'] as const;
const modes: { value: HttpSettings['gzip']['mode']; label: string }[] = [
  { value: 'server', label: 'As the server does (HTML alone)' },
  { value: 'on', label: 'Every kind of text' },
  { value: 'off', label: 'Never' },
];

/** How answers are handed on to visitors. */
export function AnswersGroup(props: GroupProps) {
  return (
    <HttpGroup {...props} title="Answers" description="How they are handed on to visitors." names={names}>
      {({ draft, change, errorOf, disabled }) => (
        <>
          <Checkbox
            checked={draft.buffering}
            disabled={disabled}
            onChange={(buffering) => change({ buffering })}
            label="Buffer answers"
            detail="Frees a backend from slow visitors. Off, each part goes on as it comes: for server-sent events of an app that does not send X-Accel-Buffering: no."
          />
          <div className="grid gap-5 sm:grid-cols-2">
            <Field
              label="Compress with gzip"
              hint="What a backend compressed goes on as it came."
              error={errorOf('gzip.mode')}
            >
              <Select
                options={modes}
                value={draft.gzip.mode}
                disabled={disabled}
                onChange={(mode) => change({ gzip: { ...draft.gzip, mode } })}
              />
            </Field>
            {draft.gzip.mode === 'on' ? (
              <NumberField
                label="From how many bytes on"
                hint="Shorter answers do not gain by it."
                value={draft.gzip.minBytes}
                error={errorOf('gzip.minBytes')}
                disabled={disabled}
                onChange={(minBytes) => change({ gzip: { ...draft.gzip, minBytes } })}
              />
            ) : null}
          </div>
        </>
      )}
    </HttpGroup>
  );
}
