import { AppError, Secret } from '@fairlead/errors';

/** Values that a playbook may be given. A `Secret` is revealed in the vars file alone. */
export type AnsibleValue =
  | string
  | number
  | boolean
  | null
  | Secret
  | AnsibleValue[]
  | { [key: string]: AnsibleValue };

/**
 * The text of a JSON vars file in which every string is marked as data: Ansible runs `{{ lookup('pipe', …) }}` inside a plain string,
 * on the control plane. Throws `invalid-input` for a name that is no variable name or a key that a template could hide in.
 */
export function varsFile(vars: Readonly<Record<string, AnsibleValue>>): string {
  for (const name of Object.keys(vars)) {
    if (!/^[a-z_][a-z0-9_]*$/.test(name))
      throw new AppError('invalid-input', `"${name}" is no name of a variable.`);
  }
  return JSON.stringify(markUnsafe({ ...vars }));
}

function markUnsafe(value: AnsibleValue): unknown {
  if (value instanceof Secret) return { __ansible_unsafe: value.reveal() };
  if (typeof value === 'string') return { __ansible_unsafe: value };
  if (Array.isArray(value)) return value.map(markUnsafe);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (/[{}]|^__ansible/.test(key))
        throw new AppError('invalid-input', 'A key in the variables holds a template.');
      return [key, markUnsafe(item)];
    }),
  );
}
