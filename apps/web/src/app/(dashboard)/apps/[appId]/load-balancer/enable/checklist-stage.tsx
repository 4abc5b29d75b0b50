'use client';
import type { Checklist } from '@fairlead/api/types';
import { Checkbox, CodeBlock } from '@fairlead/ui';

interface ChecklistStageProps {
  items: Checklist['items'];
  acknowledged: string[];
  onChange: (acknowledged: string[]) => void;
}

/** What goes wrong on several servers when it was never a matter on one; each point with its fix. */
export function ChecklistStage({ items, acknowledged, onChange }: ChecklistStageProps) {
  const toggle = (key: string) => (checked: boolean) =>
    onChange(checked ? [...acknowledged, key] : acknowledged.filter((each) => each !== key));
  return (
    <div className="flex flex-col gap-4">
      <p className="text-ink-muted text-sm">
        Each backend has its own disk. Fairlead does not copy files between them, so what every backend needs
        must live where all of them reach it.
      </p>
      <div className="divide-y rounded-lg border">
        {items.map((item) => (
          <div key={item.key} className="px-4 py-3.5">
            <Checkbox
              checked={acknowledged.includes(item.key)}
              onChange={toggle(item.key)}
              label={<span className="font-medium">{item.title}</span>}
              detail={item.why}
            />
            {item.fixes.length > 0 ? (
              <details className="mt-1.5 ml-6.5 text-sm">
                <summary className="w-fit cursor-pointer rounded-sm text-ink-muted hover:text-ink">
                  How to
                </summary>
                <div className="mt-2 flex flex-col gap-3">
                  {item.fixes.map((fix) => (
                    <div key={fix.title} className="flex flex-col gap-1.5">
                      <p>
                        <b>{fix.title}.</b> <span className="text-ink-muted">{fix.text}</span>
                      </p>
                      {fix.code ? <CodeBlock code={fix.code} copyLabel={`Copy for ${fix.title}`} /> : null}
                    </div>
                  ))}
                </div>
              </details>
            ) : null}
          </div>
        ))}
      </div>
    </div>
  );
}
