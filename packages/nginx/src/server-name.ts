import { bracketed } from './address.ts';

/**
 * The longest name that fits Nginx's table of exact names as it comes (64-byte buckets). Longer ones are matched as a regular expression,
 * because raising `server_names_hash_bucket_size` is the user's file's affair: set twice, Nginx refuses to start.
 * @see https://nginx.org/en/docs/http/server_names.html#optimization
 */
const LONGEST_EXACT_NAME = 46;

/** One name as `server_name` takes it. */
export function serverNameArgument(name: string): string {
  if (name.includes(':')) return bracketed(name);
  return name.length > LONGEST_EXACT_NAME ? `~^${name.replaceAll('.', '\\.')}$` : name;
}

/** The inverse of {@link serverNameArgument}. */
export function readServerNameArgument(argument: string): string {
  if (argument.startsWith('[')) return argument.slice(1, -1);
  return argument.startsWith('~^') ? argument.slice(2, -1).replaceAll('\\.', '.') : argument;
}
