import { type Evidence, inEnvironment, inFile } from '../finding.ts';
import type { Variables } from '../variables.ts';
import type { Value } from './value.ts';

/** What a setting is when the app runs, and how that is known. */
export interface Setting {
  /** null: the code computes it, or nothing sets it. */
  text: string | null;
  /** `unset`: only a variable could set it, and nothing does. */
  from: 'environment' | 'code' | 'random' | 'unset' | 'computed';
  /** `seen`: what is there, in a few words; a variable's value is never part of it. */
  evidence: (seen: string) => Evidence;
}

/** Follows a value through the environment: what a variable holds, else what the code falls back to. */
export function resolve(value: Value, path: string, variables: Variables): Setting {
  const here = (seen: string) => inFile(path, value.line, seen);
  switch (value.kind) {
    case 'literal':
      return { text: value.text, from: 'code', evidence: here };
    case 'random':
      return { text: null, from: 'random', evidence: here };
    case 'other':
      return { text: null, from: 'computed', evidence: here };
    case 'variable': {
      const variable = variables(value.name);
      if (variable !== null && variable.value !== '')
        return { text: variable.value, from: 'environment', evidence: variable.evidence };
      if (value.fallback !== null) {
        const setting = resolve(value.fallback, path, variables);
        // Setting the outer variable is how it is changed.
        if (setting.from === 'environment') return setting;
        return { ...setting, evidence: (seen) => ({ ...setting.evidence(seen), variable: value.name }) };
      }
      return {
        text: null,
        from: 'unset',
        evidence: (seen) =>
          variable === null ? { ...here(seen), variable: value.name } : inEnvironment(value.name, seen),
      };
    }
  }
}
