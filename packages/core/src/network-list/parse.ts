import { AppError } from '@fairlead/errors';
import { proxyNetworkRefusal, proxyNetworksSchema } from '@fairlead/nginx/http-settings';

/**
 * The networks that the lines of a list name, as a setting takes them. One line that is none makes it another page than a list: nothing of it is taken.
 * @throws AppError `network-list-unreachable` for an empty list, a line that is no network, and too wide or too many networks
 */
export function parseNetworkList(lines: readonly string[]): string[] {
  for (const [index, line] of lines.entries()) {
    const refusal = proxyNetworkRefusal(line);
    if (refusal !== null) throw notTaken(`entry ${index + 1}, “${line.slice(0, 60)}”: ${refusal}`);
  }
  const result = proxyNetworksSchema.safeParse(lines);
  if (result.success) return result.data;
  throw notTaken(lines.length === 0 ? 'it is empty.' : (result.error.issues[0]?.message ?? 'it is no list.'));
}

function notTaken(why: string): AppError {
  return new AppError('network-list-unreachable', `The list can not be taken: ${why}`, {
    hint: 'Give the address of a plain-text list, one network a line.',
  });
}
