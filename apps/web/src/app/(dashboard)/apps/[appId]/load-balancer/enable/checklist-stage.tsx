'use client';
import type { Checklist } from '@fairlead/api/types';
import { ChecklistPoint } from './checklist-point.tsx';

interface ChecklistStageProps {
  items: Checklist['items'];
  acknowledged: string[];
  onChange: (acknowledged: string[]) => void;
}

/** What goes wrong on several servers when it was never a matter on one: what was found of each point, and what is left to say of it. */
export function ChecklistStage({ items, acknowledged, onChange }: ChecklistStageProps) {
  const toggle = (key: string) => (checked: boolean) =>
    onChange(checked ? [...acknowledged, key] : acknowledged.filter((each) => each !== key));
  return (
    <ul className="divide-y rounded-lg border">
      {items.map((item) => (
        <ChecklistPoint
          key={item.key}
          item={item}
          acknowledged={acknowledged.includes(item.key)}
          onChange={toggle(item.key)}
        />
      ))}
    </ul>
  );
}
