import type { Backend } from '@fairlead/api/types';

/** A backend's place in the upstream. */
export type BackendOptions = Pick<
  Backend,
  'weight' | 'maxFails' | 'failTimeoutSeconds' | 'maxConns' | 'backup' | 'drain'
> & {
  /** null: the app’s. */
  port: number | null;
};

export const optionsOf = ({
  weight,
  maxFails,
  failTimeoutSeconds,
  maxConns,
  backup,
  drain,
  ownPort,
}: Backend): BackendOptions => ({
  weight,
  maxFails,
  failTimeoutSeconds,
  maxConns,
  backup,
  drain,
  port: ownPort,
});

/** Those that are other than they were: what stays is not asked for. */
export function changedOptions(backend: Backend, options: BackendOptions): Partial<BackendOptions> {
  const known: Record<string, unknown> = optionsOf(backend);
  return Object.fromEntries(Object.entries(options).filter(([key, value]) => known[key] !== value));
}

/** The numbers among them, as a form asks for them. */
export const optionFields = [
  {
    key: 'weight',
    label: 'Weight',
    hint: 'Its share beside the others’: 3 gets three times what 1 gets.',
    min: 1,
    max: 100,
  },
  {
    key: 'maxConns',
    label: 'Connections at once',
    hint: 'More are sent elsewhere. 0: no limit.',
    min: 0,
    max: 100_000,
  },
  {
    key: 'maxFails',
    label: 'Failed tries',
    hint: 'After so many, Nginx leaves it alone for a while. 0: never.',
    min: 0,
    max: 100,
  },
  {
    key: 'failTimeoutSeconds',
    label: 'For how long, in seconds',
    hint: 'Within this time tries are counted, and for this time it is left alone.',
    min: 1,
    max: 3600,
  },
] as const satisfies { key: keyof BackendOptions; label: string; hint: string; min: number; max: number }[];

/** What differs from the default, in words: `weight 3 · stands by`; `even share` where nothing does. */
export function describeOptions({
  weight,
  maxConns,
  backup,
  drain,
}: Pick<BackendOptions, 'weight' | 'maxConns' | 'backup' | 'drain'>): string {
  const said = [
    backup ? 'stands by' : null,
    drain ? 'no new visitors' : null,
    weight === 1 ? null : `weight ${weight}`,
    maxConns === 0 ? null : `at most ${maxConns} at once`,
  ].filter((word) => word !== null);
  return said.length === 0 ? 'even share' : said.join(' · ');
}
