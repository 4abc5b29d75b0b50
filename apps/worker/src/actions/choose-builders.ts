import { factsOf } from '@fairlead/core';
import type { Backend, Release } from '@fairlead/db';
import { type Fleet, serverOf } from '../fleet.ts';

/** Who builds for a backend; null: it builds for itself. */
export interface Chosen {
  backend: Backend;
  builder: Backend | null;
}

/**
 * One builds for all whose servers are of its kind: what already serves the release, else the primary, else the first. What a compiler made for one Debian
 * or processor is nothing for another. Those that build come first.
 */
export function chooseBuilders(
  fleet: Fleet,
  backends: readonly Backend[],
  served: readonly Pick<Release, 'backendId'>[],
): Chosen[] {
  const serving = fleet.backends.filter(({ id }) => served.some(({ backendId }) => backendId === id));
  const others = serving.filter(({ id }) => !backends.some((backend) => backend.id === id));
  const primaries = backends.filter(({ role }) => role === 'primary');
  const candidates = [...others, ...primaries, ...backends];
  const chosen = backends.map((backend): Chosen => {
    const platform = platformOf(fleet, backend);
    const builder = candidates.find((candidate) => platformOf(fleet, candidate) === platform);
    const isItself = builder === undefined || builder.id === backend.id;
    return { backend, builder: isItself || fleet.app.buildOn === 'each' ? null : builder };
  });
  return [
    ...chosen.filter(({ builder }) => builder === null),
    ...chosen.filter(({ builder }) => builder !== null),
  ];
}

/** What a build is good for; a server that is not known is like no other. */
function platformOf(fleet: Fleet, { serverId }: Backend): string {
  const facts = factsOf(serverOf(fleet, serverId).facts);
  if (facts === null) return serverId;
  // An image brings its own system along.
  const system = fleet.app.runtime === 'docker' ? [] : [facts.os.id, facts.os.versionId];
  return [...system, facts.architecture].join(' ');
}
