import type { DeploymentLog } from '@fairlead/api/types';

type Line = DeploymentLog['items'][number];

/** What one server said, or what concerns none alone. */
export interface Lane {
  /** null: the control plane's own. */
  serverId: string | null;
  name: string;
  lines: Line[];
  /** How many lines it has that the filter leaves out. */
  left: number;
}

/**
 * A deployment's log by server: those that are known first, in their order, then whoever else is in it. Lines that hold the words wherever, in any case, stay.
 * @param servers that have a lane even without a line
 */
export function lanesOf(
  lines: readonly Line[],
  servers: readonly { serverId: string; serverName: string }[],
  filter: string,
): Lane[] {
  const lanes = new Map<string | null, Lane>();
  const lane = (serverId: string | null, name: string) => {
    const known = lanes.get(serverId) ?? { serverId, name, lines: [], left: 0 };
    lanes.set(serverId, known);
    return known;
  };
  for (const { serverId, serverName } of servers) lane(serverId, serverName);
  const words = filter.trim().toLowerCase();
  for (const line of lines) {
    const its = lane(line.serverId, line.serverName ?? 'Fairlead');
    if (line.text.toLowerCase().includes(words)) its.lines.push(line);
    else its.left += 1;
  }
  return [...lanes.values()];
}
