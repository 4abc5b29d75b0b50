import type { Fix } from './checklist.ts';

type Runtime = 'node' | 'php' | 'static';

interface ChecklistItem {
  key: string;
  title: string;
  why: string;
  fixes: Record<Runtime, Fix[]>;
}

const fix = (title: string, text: string, code: string | null = null): Fix => ({ title, text, code });
const nothing = fix(
  'Static files',
  'Every server gets the same files with each release; there is nothing to do.',
);

/** What an app must be able to do before a second server helps it. All are acknowledged when load balancing is enabled. */
export const checklistItems: readonly ChecklistItem[] = [
  {
    key: 'uploads',
    title: 'File uploads go to object storage',
    why: 'Each server has a disk of its own. A file uploaded through one is missing on the others.',
    fixes: {
      node: [
        fix('Node.js', 'Write uploads with an S3 client instead of fs.', 'npm install @aws-sdk/client-s3'),
      ],
      php: [
        fix(
          'Laravel',
          'Set the disk in the environment and write through Storage.',
          'FILESYSTEM_DISK=s3\nAWS_BUCKET=…\nAWS_DEFAULT_REGION=…\nAWS_ACCESS_KEY_ID=…\nAWS_SECRET_ACCESS_KEY=…',
        ),
        fix('WordPress', 'Add a plugin that moves media to S3, for example WP Offload Media.'),
      ],
      static: [nothing],
    },
  },
  {
    key: 'sessions',
    title: 'Sessions live in the database, Redis or signed cookies',
    why: 'A session kept in a file or in memory is known to one server only: the next request lands elsewhere and is signed out.',
    fixes: {
      node: [
        fix(
          'Express',
          'Give express-session a shared store, for example connect-pg-simple or connect-redis.',
          'npm install connect-pg-simple',
        ),
      ],
      php: [
        fix('Laravel', 'Change the session driver.', 'SESSION_DRIVER=database'),
        fix(
          'WordPress',
          'Core keeps sessions in the database already; look for plugins that call session_start().',
        ),
        fix(
          'Until then',
          'The method IP hash keeps each visitor on one server; their session is lost with that server.',
        ),
      ],
      static: [nothing],
    },
  },
  {
    key: 'cache',
    title: 'The cache is Redis or Memcached',
    why: 'A cache in files differs from server to server: visitors see old and new pages in turn, and clearing it clears one of them.',
    fixes: {
      node: [fix('Node.js', 'Keep only what may differ in memory; put the rest into Redis.')],
      php: [
        fix('Laravel', 'Change the cache store.', 'CACHE_STORE=redis'),
        fix('WordPress', 'Use an object cache plugin with Redis, and no page cache in files.'),
      ],
      static: [nothing],
    },
  },
  {
    key: 'jobs',
    title: 'Background jobs share one queue',
    why: 'Jobs kept in memory or in a file are seen by one server; jobs started by a timer run once on each.',
    fixes: {
      node: [
        fix(
          'Node.js',
          'Use a queue in Redis or the database (BullMQ, pg-boss), and take timed work out of the web process.',
        ),
      ],
      php: [
        fix(
          'Laravel',
          'Share the queue, and guard scheduled tasks with onOneServer().',
          'QUEUE_CONNECTION=database',
        ),
      ],
      static: [nothing],
    },
  },
  {
    key: 'local-state',
    title: 'Nothing that must last is written to the local disk',
    why: 'A release starts in a new directory on each server, and a removed server takes its disk along.',
    fixes: {
      node: [
        fix('Node.js', 'Look for SQLite files, generated reports and in-memory maps that stand for data.'),
      ],
      php: [
        fix('Laravel', 'Log to standard error and keep storage/ for caches alone.', 'LOG_CHANNEL=stderr'),
        fix(
          'WordPress',
          'Install plugins and themes through the repository, not through the dashboard.',
          "define('DISALLOW_FILE_MODS', true);",
        ),
      ],
      static: [nothing],
    },
  },
  {
    key: 'dns',
    title: 'DNS points to the balancer',
    why: 'Visitors come in through one server, which hands their requests on. A name that points elsewhere bypasses it.',
    fixes: {
      node: [fix('DNS', 'Set the A and AAAA records of every domain of the app to the balancer’s address.')],
      php: [fix('DNS', 'Set the A and AAAA records of every domain of the app to the balancer’s address.')],
      static: [
        fix('DNS', 'Set the A and AAAA records of every domain of the app to the balancer’s address.'),
      ],
    },
  },
];

export const checklistKeys = checklistItems.map((item) => item.key);
