/** A row changed: read it again. `t` is `gap` when changes may have been missed: read everything again. */
export interface ApiEvent {
  t: string;
  id: string;
}

export interface EventSource {
  /** @returns unsubscribe */
  subscribe(organizationId: string, onEvent: (event: ApiEvent) => void): () => void;
}

export interface EventHub extends EventSource {
  /** `onEvent` of `listen()` in `@fairlead/db`. */
  publish(event: { o: string; t: string; id: string }): void;
  /** `onGap` of `listen()`. */
  gap(): void;
}

/** Spreads one process's notifications over its open event streams; each hears its own organization alone. */
export function createEventHub(): EventHub {
  const listeners = new Map<string, Set<(event: ApiEvent) => void>>();
  return {
    subscribe(organizationId, onEvent) {
      const own = listeners.get(organizationId) ?? new Set();
      listeners.set(organizationId, own.add(onEvent));
      return () => {
        own.delete(onEvent);
        if (own.size === 0) listeners.delete(organizationId);
      };
    },
    publish({ o, t, id }) {
      for (const listener of listeners.get(o) ?? []) listener({ t, id });
    },
    gap() {
      for (const own of listeners.values()) for (const listener of own) listener({ t: 'gap', id: '' });
    },
  };
}
