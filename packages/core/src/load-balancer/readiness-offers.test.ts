import type { Finding } from '@fairlead/readiness';
import { expect, it } from 'vitest';
import { withOffers } from './readiness-offers.ts';

const finding = (status: Finding['status']): Finding => ({ status, text: 'Seen.', evidence: [], fix: null });
const texts = (app: Parameters<typeof withOffers>[1]) => {
  const findings = {
    ...{ uploads: finding('problem'), sessions: finding('problem'), cache: finding('ok') },
    ...{ jobs: finding('unknown'), secrets: finding('problem') },
  };
  return Object.fromEntries(Object.entries(withOffers(findings, app)).map(([key, { text }]) => [key, text]));
};

it('offers a Redis where sessions, cache or jobs are a problem, and only there', () => {
  const { sessions, ...others } = texts({ redis: null, sharedFolders: [] });
  expect(sessions).toMatch(/^Seen\. Fairlead can run a Redis/);
  expect(new Set(Object.values(others))).toEqual(new Set(['Seen.']));
  expect(texts({ redis: { leaving: true }, sharedFolders: [] }).sessions).toMatch(/can run a Redis/);
  expect(texts({ redis: { leaving: false }, sharedFolders: [] }).sessions).toMatch(/has a Redis of its own/);
});

it('goes on warning of uploads on a disk that is shared among releases alone', () => {
  expect(texts({ redis: null, sharedFolders: ['uploads'] }).uploads).toMatch(/each server has its own/);
});
