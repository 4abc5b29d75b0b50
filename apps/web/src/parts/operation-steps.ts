import type { Step } from '@fairlead/api/types';
import type { ShownStep } from '@fairlead/ui';

/** Steps of the API as the list shows them, in their order. */
export function shownSteps(steps: Step[]): ShownStep[] {
  return steps
    .toSorted((a, b) => a.position - b.position)
    .map((step) => ({
      key: step.key,
      title: step.title,
      status: step.status,
      // A title that names its server already needs it no second time.
      server: step.serverName && !step.title.includes(step.serverName) ? step.serverName : undefined,
      detail: step.detail ?? undefined,
      progress: step.progress,
      error: step.error,
      startedAt: step.startedAt,
      finishedAt: step.finishedAt,
    }));
}
