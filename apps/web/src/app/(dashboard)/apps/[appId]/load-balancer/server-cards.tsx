'use client';
import type { Server } from '@fairlead/api/types';
import { Button, Note, RadioCards, StateBadge } from '@fairlead/ui';
import { TextLink } from '../../../../../parts/text-link.tsx';
import { describeServer } from './server-choice.tsx';

interface ServerCardsProps {
  servers: Server[];
  /** What is said where there is none. */
  none: string;
  chosen: string;
  onChoose: (id: string) => void;
  /** Asks for the plan; absent once it is shown. */
  onReview?: () => void;
}

/** One server of several, and the way to its plan. */
export function ServerCards({ servers, none, chosen, onChoose, onReview }: ServerCardsProps) {
  if (servers.length === 0) {
    return (
      <Note tone="warning">
        {none} <TextLink href="/servers/new">Add one</TextLink>, then come back.
      </Note>
    );
  }
  return (
    <>
      <RadioCards
        label="Server"
        columns={2}
        value={chosen}
        onChange={onChoose}
        cards={servers.map((server) => ({
          value: server.id,
          label: server.name,
          detail: describeServer(server),
          aside: <StateBadge state={server.status} />,
        }))}
      />
      {onReview ? (
        <Button className="self-start" disabled={chosen === ''} onClick={onReview}>
          Review plan
        </Button>
      ) : null}
    </>
  );
}
