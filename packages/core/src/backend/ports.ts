/** The columns that say where a backend listens for the balancer. */
export interface BackendPorts {
  /** null: the app's port. */
  port: number | null;
  /** While its port changes: those that are open, in the order in which they were opened. Empty: its port, and no other. */
  openPorts: number[];
}

/** Where a backend is to listen. */
export function wantedPort(app: { port: number }, { port }: BackendPorts): number {
  return port ?? app.port;
}

/** Where the balancer sends requests to: to a new port once it is open, and to the one before until then. */
export function servedPort(app: { port: number }, backend: BackendPorts): number {
  const wanted = wantedPort(app, backend);
  const { openPorts } = backend;
  return openPorts.includes(wanted) ? wanted : (openPorts.at(-1) ?? wanted);
}

/** Where a backend listens and is let in at: its port first, and those that are not closed yet. */
export function listenPorts(app: { port: number }, backend: BackendPorts): number[] {
  return [...new Set([wantedPort(app, backend), ...backend.openPorts])];
}

/** The columns of a backend that changes to another port; nothing is open yet on one that runs nothing. */
export function withPort(
  app: { port: number },
  backend: BackendPorts,
  port: number | null,
  isRunning: boolean,
): BackendPorts {
  const next = port === app.port ? null : port;
  const served = wantedPort(app, backend);
  if (!isRunning || (next ?? app.port) === served) return { port: next, openPorts: backend.openPorts };
  return { port: next, openPorts: backend.openPorts.length > 0 ? backend.openPorts : [served] };
}
