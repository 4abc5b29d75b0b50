import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const exclude = [
  '**/node_modules/**',
  '**/dist/**',
  '**/.next/**',
  '**/generated/**',
  'tests/e2e/**',
  'apps/web/e2e/**',
];
const globalSetup = ['packages/db/src/testing-setup.ts'];
/** The worker as it ships, where nobody has built it just before. */
const builtWorker = process.env.FAIRLEAD_TEST_BUILT === '1' ? [] : ['apps/worker/testing/build-setup.ts'];
/** In what two things differ that should be the same: the message is all that a report keeps. */
const chaiConfig = { truncateThreshold: 1000 };
/** How long `expect.poll` asks: what a busy machine may need, not how long a thing should take. */
const poll = { timeout: 20_000 };

/** The longest files begin first: begun last, one of them would run for minutes with the other core idle. Not that of Debian testing, whose image may still be made. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) =>
      /(?:fault\/faults|tests\/database|handlers\/(?:kill|journey|faults|roll-out|ports|tls|backend-tls|ipv6|runtimes|processes|containers))\.(?:lab|wide)\.test\.ts$/.test(
        moduleId,
      );
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** Files that boot machines of the lab, `*.<name>.test.ts`. Four at once: more than half of it is waiting for machines. */
const onMachines = (name: 'lab' | 'wide') => ({
  test: {
    name,
    include: [`**/*.${name}.test.ts`],
    exclude: [...exclude, 'packages/lab/**'],
    globalSetup: [...globalSetup, ...builtWorker],
    chaiConfig,
    expect: { poll },
    maxWorkers: 4,
    isolate: false,
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
});

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          chaiConfig,
          include: ['**/*.test.ts', '**/*.test.tsx'],
          exclude: [...exclude, '**/*.db.test.ts', '**/*.lab.test.ts', '**/*.wide.test.ts'],
          maxWorkers: 2,
          // As in the db layer: 142 s of processor time against 93 s.
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          // Half of it is waiting: for Postgres, for leases to end, for limits to pass.
          name: 'db',
          chaiConfig,
          include: ['**/*.db.test.ts'],
          exclude,
          globalSetup,
          maxWorkers: 3,
          // Loading the modules anew for each file took nearly half of this layer's processor time (211 s against 120 s).
          isolate: false,
          expect: { poll },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      onMachines('lab'),
      onMachines('wide'),
      {
        test: {
          // Looks at what a lab leaves on this machine, where no other may be at work.
          name: 'machines',
          chaiConfig,
          include: ['packages/lab/**/*.lab.test.ts'],
          exclude,
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
