// A host program for transport tests: speaks the protocol and does nothing to the machine. Arguments: a file to which every request line is added.
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const journal = process.argv[2];
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const hello = { hostVersion: '0', hostname: 'fixture', pid: process.pid };
let deaf = false;

const verbs = {
  hello: (id) => say({ id, ok: true, result: hello }),
  'nginx.drain': (id, input) => {
    if (input.port === 1) process.exit(1);
    if (input.port === 2) {
      deaf = true;
      process.stdin.pause();
    }
    setTimeout(
      () => say({ id, ok: true, result: { remaining: 0, waitedMs: input.timeoutMs } }),
      input.timeoutMs,
    );
  },
  'release.build': (id, input) => {
    say({ id, event: 'log', stream: 'stdout', text: 'npm ci é' });
    say({ id, event: 'progress', share: 0.5, text: 'half' });
    say({ id, ok: true, result: { commit: input.commit, path: '/x', reused: false, durationMs: 1 } });
  },
  'app.remove': (id) =>
    say({ id, ok: false, error: { code: 'fenced-off', message: 'older', details: { newest: '9' } } }),
  // Each call of it takes its `timeoutMs`; `app.remove` fails.
  sequence: async (id, { calls }) => {
    const results = [];
    for (const [index, { verb, input }] of calls.entries()) {
      if (verb in { 'app.remove': 0 }) return verbs[verb](id);
      await new Promise((resolve) => setTimeout(resolve, input.timeoutMs));
      results.push({ remaining: 0, waitedMs: input.timeoutMs });
      if (index < calls.length - 1) say({ id, event: 'result', index, result: results.at(-1) });
    }
    say({ id, ok: true, result: { results } });
  },
  withdraw: (id) => say({ id, ok: true, result: { known: true } }),
  'release.observe': (id) => say({ id, ok: true, result: { nonsense: true } }),
  'nginx.observe': () => process.stdout.write('x'.repeat(40_000_000)),
  inventory: (id) => say({ id, ok: false, error: { code: 'who-knows', message: 'odd' } }),
};

process.stdout.write('this line is no message\n');
createInterface({ input: process.stdin }).on('line', (line) => {
  if (journal) appendFileSync(journal, `${line}\n`);
  const { id, verb, input } = JSON.parse(line);
  if (!deaf || verb !== 'hello') verbs[verb](id, input);
});
