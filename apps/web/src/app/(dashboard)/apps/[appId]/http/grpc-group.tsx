'use client';
import { Field, Input } from '@fairlead/ui';
import { type GroupProps, HttpGroup } from './http-group.tsx';
import { Rows } from './rows.tsx';

const names = ['grpc'] as const;

/** Paths that clients of gRPC ask for. */
export function GrpcGroup(props: GroupProps) {
  return (
    <HttpGroup
      {...props}
      title="gRPC"
      description="Services that are asked by HTTP/2 all the way from the client to the app, each message at once."
      names={names}
    >
      {({ draft, change, errorOf, disabled }) => (
        <Rows
          noun="service"
          rows={draft.grpc.map((prefix) => ({ prefix }))}
          fresh={{ prefix: '' }}
          none="No path of this app is gRPC."
          disabled={disabled}
          onChange={(rows) => change({ grpc: rows.map(({ prefix }) => prefix) })}
        >
          {(row, set, index) => (
            <Field className="min-w-0 flex-1 basis-64" label="Service" error={errorOf(`grpc.${index}`)}>
              <Input
                mono
                placeholder="/package.Service/"
                disabled={disabled}
                value={row.prefix}
                onChange={(event) => set({ prefix: event.target.value })}
              />
            </Field>
          )}
        </Rows>
      )}
    </HttpGroup>
  );
}
