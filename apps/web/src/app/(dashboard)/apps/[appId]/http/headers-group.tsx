'use client';
import { Field, Input } from '@fairlead/ui';
import { type GroupProps, HttpGroup } from './http-group.tsx';
import { Rows } from './rows.tsx';

type List = 'requestHeaders' | 'responseHeaders';

const words: Record<List, { title: string; description: string; none: string; placeholder: string }> = {
  requestHeaders: {
    title: 'Request headers',
    description:
      'What backends get with every request, over what the visitor sent. An empty value takes theirs away.',
    none: 'Backends get what visitors send, and who they are from the balancer.',
    placeholder: 'X-Tier',
  },
  responseHeaders: {
    title: 'Response headers',
    description:
      'What visitors get with every answer, over what the app sent. An empty value takes its own away.',
    none: 'Visitors get what the app sends.',
    placeholder: 'Content-Security-Policy',
  },
};

/** Header fields one way or the other. */
export function HeadersGroup({ list, ...props }: GroupProps & { list: List }) {
  const { title, description, none, placeholder } = words[list];
  return (
    <HttpGroup {...props} title={title} description={description} names={[list]}>
      {({ draft, change, errorOf, disabled }) => (
        <Rows
          noun="header"
          rows={draft[list]}
          fresh={{ name: '', value: '' }}
          none={none}
          disabled={disabled}
          onChange={(rows) => change({ [list]: rows })}
        >
          {(row, set, index) => (
            <>
              <Field label="Name" error={errorOf(`${list}.${index}.name`)} className="w-full sm:w-64">
                <Input
                  mono
                  placeholder={placeholder}
                  disabled={disabled}
                  value={row.name}
                  onChange={(event) => set({ name: event.target.value })}
                />
              </Field>
              <Field
                label="Value"
                error={errorOf(`${list}.${index}.value`)}
                className="w-full sm:w-auto sm:flex-1"
              >
                <Input
                  mono
                  disabled={disabled}
                  value={row.value}
                  onChange={(event) => set({ value: event.target.value })}
                />
              </Field>
            </>
          )}
        </Rows>
      )}
    </HttpGroup>
  );
}
