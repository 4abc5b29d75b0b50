'use client';
import type { Environment } from '@fairlead/api/types';
import { Button, ErrorNote, Field, Panel, Textarea } from '@fairlead/ui';
import { useState } from 'react';
import type { Action } from '../../../../../data/use-action.tsx';
import type { EnvironmentChange } from './environment-page.tsx';
import { changeFromText, environmentAsText } from './text-change.ts';

interface EnvironmentTextProps {
  items: Environment['items'];
  action: Action<Environment>;
  onSave: (change: EnvironmentChange) => void;
  onCancel: () => void;
}

/** The whole environment as an .env file, with dots where a value is known to Fairlead alone. */
export function EnvironmentText({ items, action, onSave, onCancel }: EnvironmentTextProps) {
  const [text, setText] = useState(() => environmentAsText(items));
  const { change, problems, summary } = changeFromText(text, items);
  return (
    <Panel>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (problems.length === 0) onSave(change);
        }}
      >
        <Field
          label="Environment as text"
          error={problems[0]?.message ?? Object.values(action.fields)[0]}
          hint="One KEY=value a line. Dots stand for a value that stays as it is; a line that is gone is removed."
        >
          <Textarea
            mono
            rows={Math.max(8, items.length + 3)}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </Field>
        {action.error && Object.keys(action.fields).length === 0 ? <ErrorNote error={action.error} /> : null}
        <div className="flex flex-wrap items-center justify-end gap-2 border-t pt-4">
          <p className="mr-auto text-ink-muted text-sm">{summary}</p>
          <Button variant="ghost" onClick={onCancel}>
            Cancel
          </Button>
          <Button
            type="submit"
            variant="primary"
            disabled={
              problems.length > 0 || (change.unset.length === 0 && Object.keys(change.set).length === 0)
            }
            pending={action.pending && 'Saving…'}
          >
            Save environment
          </Button>
        </div>
      </form>
    </Panel>
  );
}
