import { AppError } from '@fairlead/errors';

/** The legal transitions of one noun. Made once in the noun's `status.ts`. */
export interface Lifecycle<S extends string> {
  readonly statuses: readonly S[];
  /** `value` as a status of this noun; throws for text that is none (a row written by a newer version). */
  parse(value: string): S;
  can(from: string, to: S): boolean;
  /**
   * The only way to a new status: answers `to`. Staying where one is, is always legal (a repeated step changes nothing).
   * @throws AppError `illegal-transition`
   */
  transition(from: string, to: S): S;
  /** Every status from which `to` may be reached, itself included: for the `where` of a guarded update. */
  sources(to: S): S[];
}

/** Build a {@link Lifecycle} from `from → [to, …]`. */
export function lifecycle<const T extends Record<string, readonly string[]>>(
  noun: string,
  table: T & Record<string, readonly (keyof T & string)[]>,
): Lifecycle<keyof T & string> {
  type S = keyof T & string;
  const statuses = Object.keys(table) as S[];
  const parse = (value: string): S => {
    if (Object.hasOwn(table, value)) return value as S;
    throw new AppError('internal', `A ${noun} can't be "${value}".`);
  };
  const can = (from: string, to: S) => from === to || (table[parse(from)] as readonly string[]).includes(to);
  return {
    statuses,
    parse,
    can,
    transition(from, to) {
      if (can(from, to)) return to;
      throw new AppError('illegal-transition', `This ${noun} is ${from}; it can't become ${to} from there.`, {
        hint: 'Wait until what runs on it has finished, then try again.',
        details: { from, to },
      });
    },
    sources: (to) => statuses.filter((from) => can(from, to)),
  };
}
