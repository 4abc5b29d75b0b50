'use client';
import type { Checklist } from '@fairlead/api/types';
import { Checkbox, CodeBlock, ToneIcon } from '@fairlead/ui';
import { Evidence } from './evidence.tsx';

type Item = Checklist['items'][number];

const looks = {
  ok: { tone: 'healthy', mark: 'healthy', word: 'In order', ink: 'text-healthy-ink' },
  problem: { tone: 'unhealthy', mark: 'unhealthy', word: 'Problem', ink: 'text-unhealthy-ink' },
  unknown: { tone: 'unknown', mark: 'unknown', word: 'Can’t tell', ink: 'text-ink-muted' },
} as const;

interface ChecklistPointProps {
  item: Item;
  acknowledged: boolean;
  onChange: (acknowledged: boolean) => void;
}

/** One point: its state, what it rests on and, unless it is in order, the way to put it right and the box to take it as it is. */
export function ChecklistPoint({ item, acknowledged, onChange }: ChecklistPointProps) {
  const { tone, mark, word, ink } = looks[item.status];
  const title = <span className="font-medium">{item.title}</span>;
  return (
    <li className="px-4 py-3.5" data-status={item.status}>
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1">
        {item.needsAcknowledgement ? (
          <Checkbox
            checked={acknowledged}
            onChange={onChange}
            label={title}
            className="min-w-0 flex-1 basis-60"
          />
        ) : (
          <p className="min-w-0 flex-1 basis-60 pl-6.5 text-sm">{title}</p>
        )}
        <span className={`inline-flex items-center gap-1.5 pl-6.5 text-sm sm:pl-0 ${ink}`}>
          <ToneIcon tone={tone} mark={mark} />
          {word}
        </span>
      </div>
      <div className="mt-1 flex flex-col gap-1.5 pl-6.5 text-sm">
        <p>{item.text}</p>
        <Evidence evidence={item.evidence} />
        {item.needsAcknowledgement ? <p className="text-ink-muted">{item.why}</p> : null}
        {item.fixes.length > 0 ? <Fixes fixes={item.fixes} /> : null}
      </div>
    </li>
  );
}

function Fixes({ fixes }: { fixes: Item['fixes'] }) {
  return (
    <details>
      <summary className="w-fit cursor-pointer rounded-sm text-ink-muted hover:text-ink">How to</summary>
      <div className="mt-2 flex flex-col gap-3">
        {fixes.map((fix) => (
          <div key={fix.title} className="flex flex-col gap-1.5">
            <p>
              <b>{fix.title}.</b> <span className="text-ink-muted">{fix.text}</span>
            </p>
            {fix.code ? <CodeBlock code={fix.code} copyLabel={`Copy for ${fix.title}`} /> : null}
          </div>
        ))}
      </div>
    </details>
  );
}
