import { AppError } from '@fairlead/errors';
import { describe, expect, it } from 'vitest';
import { appStatus } from './app/status.ts';
import { backendStatus } from './backend/status.ts';
import { deploymentStatus, releaseStatus } from './deployment/status.ts';
import { loadBalancerStatus } from './load-balancer/status.ts';
import { operationStatus, stepStatus } from './operation/status.ts';
import { serverStatus } from './server/status.ts';

const lifecycles = {
  appStatus,
  backendStatus,
  deploymentStatus,
  loadBalancerStatus,
  operationStatus,
  releaseStatus,
  serverStatus,
  stepStatus,
};

describe.each(Object.entries(lifecycles))('%s', (_, cycle) => {
  it('reaches every status from the first', () => {
    const seen = new Set<string>([cycle.statuses[0] as string]);
    for (const from of seen) for (const to of cycle.statuses) if (cycle.can(from, to as never)) seen.add(to);
    expect([...seen].sort()).toEqual([...cycle.statuses].sort());
  });

  it('allows to stay, and refuses what the table does not say', () => {
    for (const from of cycle.statuses) {
      expect(cycle.transition(from, from as never)).toBe(from);
      for (const to of cycle.statuses) {
        if (cycle.can(from, to as never)) expect(cycle.sources(to as never)).toContain(from);
        else expect(() => cycle.transition(from, to as never)).toThrow(AppError);
      }
    }
  });

  it('knows no other word', () => {
    for (const word of ['', 'constructor', '__proto__', 'toString'])
      expect(() => cycle.parse(word)).toThrow(AppError);
  });
});

it('never leaves a finished operation but to try it again', () => {
  expect(operationStatus.can('succeeded', 'running')).toBe(false);
  expect(operationStatus.can('failed', 'queued')).toBe(true);
  expect(() => operationStatus.transition('succeeded', 'queued')).toThrow(
    /is succeeded; it can't become queued/,
  );
});
