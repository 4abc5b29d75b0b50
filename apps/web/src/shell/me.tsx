'use client';
import type { Me, Operation } from '@fairlead/api/types';
import { createContext, type ReactNode, useContext } from 'react';

const MeContext = createContext<Me | null>(null);

/** Who looks at the dashboard, for everything within it. */
export function MeProvider({ me, children }: { me: Me; children: ReactNode }) {
  return <MeContext value={me}>{children}</MeContext>;
}

/** Who looks. Within the dashboard's frame alone. */
export function useMe(): Me {
  const me = useContext(MeContext);
  if (me === null) throw new Error('useMe() stands outside of the dashboard');
  return me;
}

/** Whether the person may do what `action` names; the API decides again at every press. */
export function useMay(): (action: string) => boolean {
  const me = useMe();
  return (action) => me.can.includes(action);
}

/** Whether the person may start, repeat or stop an operation of this kind. */
export function useMayRun(): (kind: Operation['kind']) => boolean {
  const may = useMay();
  return (kind) => may(kind === 'app.deploy' ? 'deployment.start' : kind);
}
