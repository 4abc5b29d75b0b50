'use client';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { type ChangeEvent, staleKeys } from './events.ts';

export type Connection = 'connecting' | 'live' | 'polling';

const ConnectionContext = createContext<Connection>('connecting');

/** Whether changes arrive by themselves (`live`) or are asked for (`polling`). */
export const useConnection = () => useContext(ConnectionContext);

const GATHER_MS = 120;
const POLL_MS = 5000;

/** One subscription for the whole dashboard: what changed is read again; while it is down, everything is, every five seconds. */
export function LiveData({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [connection, setConnection] = useState<Connection>('connecting');

  useEffect(() => {
    const waiting = new Map<string, string[]>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let heard = false;
    const source = new EventSource('/api/v1/events');

    const flush = () => {
      timer = undefined;
      const keys = [...waiting.values()];
      waiting.clear();
      for (const queryKey of keys) void client.invalidateQueries({ queryKey });
    };
    const onEvent = (message: MessageEvent<string>) => {
      let event: ChangeEvent;
      try {
        event = JSON.parse(message.data) as ChangeEvent;
      } catch {
        return; // a comment or a heartbeat: nothing has changed
      }
      for (const key of staleKeys(event)) waiting.set(key.join('\n'), key);
      timer ??= setTimeout(flush, GATHER_MS);
    };
    source.onmessage = onEvent;
    source.onopen = () => {
      setConnection('live');
      // What happened while nobody listened was not heard: read all of it again.
      if (heard) void client.invalidateQueries();
      heard = true;
    };
    source.onerror = () => setConnection('polling');
    return () => {
      source.close();
      clearTimeout(timer);
    };
  }, [client]);

  useEffect(() => {
    if (connection !== 'polling') return;
    const timer = setInterval(() => void client.invalidateQueries(), POLL_MS);
    return () => clearInterval(timer);
  }, [connection, client]);

  return <ConnectionContext value={connection}>{children}</ConnectionContext>;
}
