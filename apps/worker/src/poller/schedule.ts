/** When each thing is due: at once when it is new, then every interval, spread so that not all are due together. */
export class Schedule {
  readonly #next = new Map<string, { everyMs: number; at: number }>();

  /** Replaces what is scheduled; what was there keeps its rhythm unless its interval changed. `now` in milliseconds. */
  set(entries: readonly { id: string; everyMs: number }[], now: number): void {
    const ids = new Set(entries.map(({ id }) => id));
    for (const id of this.#next.keys()) if (!ids.has(id)) this.#next.delete(id);
    for (const { id, everyMs } of entries) {
      if (this.#next.get(id)?.everyMs !== everyMs) this.#next.set(id, { everyMs, at: now });
    }
  }

  /** What is due now. Each is due again at the next multiple of its interval plus a share of it that its id decides. */
  due(now: number): string[] {
    const ids: string[] = [];
    for (const [id, entry] of this.#next) {
      if (entry.at > now) continue;
      ids.push(id);
      const phase = phaseOf(id) * entry.everyMs;
      entry.at = (Math.floor((now - phase) / entry.everyMs) + 1) * entry.everyMs + phase;
    }
    return ids;
  }
}

/** A number in [0, 1) that spreads ids evenly (FNV-1a, 32 bits). */
function phaseOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) / 2 ** 32;
}
