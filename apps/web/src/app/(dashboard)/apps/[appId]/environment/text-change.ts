import type { Environment } from '@fairlead/api/types';
import { parseEnvironment } from '../../../../../parts/environment-text.ts';
import type { EnvironmentChange } from './environment-page.tsx';

/** Stands for a value that only Fairlead knows. */
export const kept = '••••••••';

/** `KEY=••••••••` for each variable. */
export function environmentAsText(items: Environment['items']): string {
  return items.map(({ key }) => `${key}=${kept}\n`).join('');
}

interface TextChange {
  change: EnvironmentChange;
  problems: { line: number; message: string }[];
  /** `2 set, 1 removed`. */
  summary: string;
}

/** What the edited text asks for, measured against what is there. */
export function changeFromText(text: string, items: Environment['items']): TextChange {
  const { entries, problems } = parseEnvironment(text);
  const known = new Set(items.map(({ key }) => key));
  const written = new Set(entries.map(({ key }) => key));
  const set: Record<string, string> = {};
  for (const { key, value, line } of entries) {
    if (value !== kept) set[key] = value;
    else if (!known.has(key))
      problems.push({ line, message: `Line ${line}: ${key} has no value yet to keep.` });
  }
  const unset = [...known].filter((key) => !written.has(key));
  const said = [];
  if (Object.keys(set).length > 0) said.push(`${Object.keys(set).length} set`);
  if (unset.length > 0) said.push(`${unset.length} removed: ${unset.join(', ')}`);
  return { change: { set, unset }, problems, summary: said.join(', ') || 'Nothing changed yet' };
}
