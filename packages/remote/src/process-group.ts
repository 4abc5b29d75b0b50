/** When and how to end a process and all that it started. */
export interface GroupLimits {
  timeoutMs: number;
  signal?: AbortSignal;
  /** Between SIGTERM and SIGKILL; 0 kills at once. */
  graceMs: number;
}

/**
 * Watches over a process that leads a group of its own (`detached`): on abort, or at its limit, the whole group ends. Killing the leader alone
 * leaves its children behind, holding the pipes. Call `done` when it has ended.
 */
export function guardGroup(
  pid: number | undefined,
  limits: GroupLimits,
): { timedOut: () => boolean; done: () => void } {
  let timedOut = false;
  let hardly: NodeJS.Timeout | undefined;
  const kill = (signal: NodeJS.Signals) => {
    try {
      if (pid) process.kill(-pid, signal);
    } catch {
      // The group is gone already.
    }
  };
  const end = () => {
    if (limits.graceMs === 0) return kill('SIGKILL');
    kill('SIGTERM');
    hardly = setTimeout(() => kill('SIGKILL'), limits.graceMs);
  };
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, limits.timeoutMs);
  if (limits.signal?.aborted) end();
  else limits.signal?.addEventListener('abort', end, { once: true });
  return {
    timedOut: () => timedOut,
    done: () => {
      clearTimeout(timer);
      clearTimeout(hardly);
      limits.signal?.removeEventListener('abort', end);
    },
  };
}
