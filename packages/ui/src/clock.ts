'use client';
import { useSyncExternalStore } from 'react';

// One interval for every clock on the page; it stops with the last of them.
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    now = Date.now();
    timer = setInterval(() => {
      now = Date.now();
      for (const each of listeners) each();
    }, 1000);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}

/**
 * On the server the moment of the rendering. While the browser takes that page over, a time that no page was rendered at: what differs from it is
 * written anew at once, where an equal text would leave the server's standing until it changes.
 */
function serverNow(): number {
  return typeof window === 'undefined' ? Date.now() : 0;
}

/** The time, in milliseconds, each second anew. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now, serverNow);
}
