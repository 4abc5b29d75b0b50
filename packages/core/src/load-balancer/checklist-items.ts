import { type Fix, type FrameworkName, fixFor, type PointKey } from '@fairlead/readiness';

/** The points of the repository and the environment, and where the DNS leads. */
export type ChecklistKey = PointKey | 'dns';

interface ChecklistItem {
  key: ChecklistKey;
  title: string;
  why: string;
}

/** What an app must be able to do before a second server helps it. What is not known to be so is acknowledged when load balancing is enabled. */
export const checklistItems: readonly ChecklistItem[] = [
  {
    key: 'uploads',
    title: 'File uploads go to object storage',
    why: 'Each server has a disk of its own. A file uploaded through one is missing on the others.',
  },
  {
    key: 'sessions',
    title: 'Sessions live in the database, Redis or signed cookies',
    why: 'A session kept in a file or in memory is known to one server only: the next request lands elsewhere and is signed out.',
  },
  {
    key: 'cache',
    title: 'The cache is Redis or Memcached',
    why: 'A cache in files differs from server to server: visitors see old and new pages in turn, and clearing it clears one of them.',
  },
  {
    key: 'jobs',
    title: 'Background jobs share one queue',
    why: 'Jobs kept in memory or in a file are seen by one server; jobs started by a timer run once on each.',
  },
  {
    key: 'local-state',
    title: 'Nothing that must last is written to the local disk',
    why: 'A release starts in a new directory on each server, and a removed server takes its disk along.',
  },
  {
    key: 'secrets',
    title: 'Keys and secrets are the same on every server',
    why: 'A cookie, token or text that one server signed or encrypted is nothing to another with another key.',
  },
  {
    key: 'trusted-proxies',
    title: 'The app believes the proxy before it',
    why: 'Requests come from a proxy. An app that does not believe what it says takes every visitor for the same one, and HTTPS for HTTP.',
  },
  {
    key: 'database-connections',
    title: 'The database takes the connections of all servers',
    why: 'Each server opens connections of its own. Past the database’s limit, requests fail on all of them.',
  },
  {
    key: 'dns',
    title: 'DNS points to the balancer',
    why: 'Visitors come in through one server, which hands their requests on. A name that points elsewhere bypasses it.',
  },
];

export const checklistKeys: string[] = checklistItems.map((item) => item.key);

const dns: Fix = {
  title: 'DNS',
  text: 'Set the A and AAAA records of every domain of the app to the balancer’s address.',
  code: null,
};
const untilThen: Fix = {
  title: 'Until then',
  text: 'The method IP hash keeps each visitor on one server; their session is lost with that server.',
  code: null,
};
/** Whose fixes are shown where what an app is made with is not known. */
const frameworksOf: Record<string, FrameworkName[]> = {
  php: ['laravel', 'wordpress'],
  node: ['node'],
  python: ['python'],
  static: ['static'],
};

/** How to put a point right: the finding's own way, else those that are usual for the runtime. */
export function fixesFor(key: ChecklistKey, found: Fix | null, runtime: string): Fix[] {
  if (key === 'dns') return [dns];
  const usual = (frameworksOf[runtime] ?? []).flatMap((framework) => fixFor(key, framework) ?? []);
  const fixes = found === null ? usual : [found];
  return key === 'sessions' && fixes.length > 0 ? [...fixes, untilThen] : fixes;
}
