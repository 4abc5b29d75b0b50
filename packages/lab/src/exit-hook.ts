const cleanups = new Set<() => void>();
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
let isInstalled = false;

/**
 * Has `cleanup` run when this process ends in any way that it notices: exit, uncaught error, SIGINT, SIGTERM, SIGHUP.
 * A program that listens for these signals itself keeps the word on when to exit. Returns the way to call it off.
 */
export function onProcessEnd(cleanup: () => void): () => void {
  install();
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
  };
}

function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  process.on('exit', () => {
    for (const cleanup of cleanups) cleanup();
    cleanups.clear();
  });
  for (const [signal, number] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(128 + number);
    });
  }
}
