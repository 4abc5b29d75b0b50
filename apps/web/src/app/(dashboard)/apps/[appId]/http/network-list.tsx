'use client';
import type { LoadBalancer, NetworkList as ReadList } from '@fairlead/api/types';
import { Button, ErrorNote, Field, Input, Note, RelativeTime } from '@fairlead/ui';
import { useAction } from '../../../../../data/use-action.tsx';

interface NetworkListProps {
  url: string | null;
  /** What is known of the list that is set now. */
  known: LoadBalancer['networkList'];
  error: string | undefined;
  disabled: boolean;
  onChange: (url: string | null) => void;
  /** The networks that the list names now. */
  onRead: (networks: string[]) => void;
}

/** The list that the proxy’s provider publishes: read now for the plan, and once a day after it is applied. */
export function NetworkList({ url, known, error, disabled, onChange, onRead }: NetworkListProps) {
  const read = useAction<ReadList>({ failure: 'Could not read the list', quiet: true });
  const look = () =>
    read.run(
      { method: 'POST', path: '/network-lists/inspect', body: { url } },
      { onSuccess: ({ networks }) => onRead(networks) },
    );
  return (
    <>
      <Field
        label="List of its networks"
        optional
        hint="An https address of plain text, one network a line. Read once a day; what changes there is applied here."
        error={error ?? read.fields.url}
      >
        <div className="flex gap-2">
          <Input
            mono
            placeholder="https://www.example.com/ips.txt"
            disabled={disabled}
            value={url ?? ''}
            onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
          />
          {disabled ? null : (
            <Button
              disabled={url === null || error !== undefined}
              pending={read.pending && 'Reading…'}
              onClick={look}
            >
              Read it now
            </Button>
          )}
        </div>
      </Field>
      {read.error ? <ErrorNote error={read.error} /> : null}
      {known?.fault ? <Note tone="warning">{known.fault} The networks below stay as they are.</Note> : null}
      {known?.checkedAt && !known.fault ? (
        <p className="text-ink-muted text-sm">
          Read <RelativeTime at={known.checkedAt} />.
        </p>
      ) : null}
    </>
  );
}
