'use client';
import { Field, Textarea } from '@fairlead/ui';
import { type GroupProps, HttpGroup } from './http-group.tsx';

const names = ['snippet'] as const;

/** Directives of Nginx as somebody writes them. */
export function SnippetGroup(props: GroupProps) {
  return (
    <HttpGroup
      {...props}
      title="Snippet"
      description="Directives of Nginx for this app’s server block, for what no setting here does. Used as it is written; tested by Nginx on the balancer before it counts."
      names={names}
    >
      {({ draft, change, errorOf, disabled }) => (
        <Field
          label="Directives"
          hint="Files, sockets, programs inside Nginx and what Fairlead sets by itself are refused."
          error={errorOf('snippet')}
        >
          <Textarea
            mono
            rows={8}
            placeholder={'location = /robots.txt {\n  return 200 "User-agent: *";\n}'}
            disabled={disabled}
            value={draft.snippet}
            onChange={(event) => change({ snippet: event.target.value })}
          />
        </Field>
      )}
    </HttpGroup>
  );
}
