import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const files = new URL('../roles/host/files', import.meta.url).pathname;

/** Renders each process as the host program does; answers texts by file name, or why it is refused. */
const program = `
import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, ${JSON.stringify(files)})
from fairlead_host.app.place import App
from fairlead_host.errors import HostError
from fairlead_host.parse import Fields
from fairlead_host.process.spec import parse_processes
from fairlead_host.process.unit import unit_texts

def render(process):
    try:
        [parsed] = parse_processes(Fields({"processes": [process]}))
        return unit_texts(App("shop"), "00000000-0000-7000-8000-000000000000", parsed)
    except HostError as error:
        return error.message

json.dump([render(each) for each in json.load(sys.stdin)], sys.stdout)
`;

function render(processes: readonly object[]): (Record<string, string> | string)[] {
  const { stdout, stderr } = spawnSync('python3', ['-c', program], {
    input: JSON.stringify(processes),
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as (Record<string, string> | string)[];
}

const worker = {
  ...{ name: 'mail', kind: 'worker', command: 'x', memoryMib: 64, stopTimeoutSeconds: 30, count: 2 },
};
const cron = {
  ...{
    name: 'tick',
    kind: 'cron',
    command: 'x',
    memoryMib: null,
    stopTimeoutSeconds: 30,
    timeLimitSeconds: 60,
  },
  calendars: ['*-*-* 03:00:00 Europe/Berlin'],
};
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom(
    '%i%n',
    '\nExecStart=/bin/id',
    '\\\n',
    '"; id #',
    '$(id)',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's variable
    '${HOME}',
    '../../etc/passwd',
    '[Service]',
  ),
);

test('whatever a command holds, it stands in no unit', () => {
  const commands = fc.sample(hostile, 300);
  const plain = render([worker, cron]);
  for (const [index, base] of [worker, cron].entries()) {
    const texts = render(commands.map((command) => ({ ...base, command })));
    const taken = texts.filter((text) => typeof text !== 'string');
    expect(taken.length).toBeGreaterThan(100);
    for (const text of taken) expect(text).toEqual(plain[index]);
  }
});

test('names, calendars and numbers of another shape are refused, never repaired', () => {
  const values = fc.sample(hostile, 200);
  const never = () => false;
  const cases: [change: (value: string) => object, isValid: (value: string) => boolean][] = [
    [(name) => ({ ...worker, name }), (name) => /^[a-z](?:[a-z0-9-]{0,29}[a-z0-9])?$/.test(name)],
    [(kind) => ({ ...worker, kind }), (kind) => kind === 'worker'],
    [(memoryMib) => ({ ...worker, memoryMib }), never],
    [(stopTimeoutSeconds) => ({ ...worker, stopTimeoutSeconds }), never],
    [(key) => ({ ...worker, [key]: worker.name }), (key) => key === 'name' || key === 'command'],
    [(line) => ({ ...cron, calendars: [line] }), never],
    [(line) => ({ ...cron, calendars: [...cron.calendars, line] }), never],
    [
      (end) => ({ ...cron, calendars: [`*-*-* 03:00:00 UTC${end}`] }),
      (end) => /^[A-Za-z0-9_+/-]{0,58}$/.test(end),
    ],
  ];
  const answers = render(cases.flatMap(([change]) => values.map(change)));
  expect(answers.map((answer) => typeof answer !== 'string')).toEqual(
    cases.flatMap(([, isValid]) => values.map(isValid)),
  );
});

test('a worker and a cron entry as systemd is told of them', () => {
  const [mail, tick] = render([worker, cron]) as [Record<string, string>, Record<string, string>];
  expect(Object.keys(mail)).toEqual(['fairlead-shop.mail@.service']);
  expect(Object.keys(tick)).toEqual(['fairlead-shop.tick.service', 'fairlead-shop.tick.timer']);
  expect(mail['fairlead-shop.mail@.service']).toContain(
    // biome-ignore lint/suspicious/noTemplateCurlyInString: systemd's variable
    'ExecStart=/bin/sh -c ${FAIRLEAD_START}\nTimeoutStopSec=30\n',
  );
  expect(mail['fairlead-shop.mail@.service']).toContain('Restart=always\nRestartSec=2\n');
  expect(mail['fairlead-shop.mail@.service']).toContain('MemoryMax=67108864\nMemorySwapMax=0\n');
  expect(tick['fairlead-shop.tick.service']).toContain('Type=oneshot\nTimeoutStartSec=60\n');
  expect(tick['fairlead-shop.tick.timer']).toContain(
    'OnCalendar=*-*-* 03:00:00 Europe/Berlin\nAccuracySec=1s\nUnit=fairlead-shop.tick.service\n',
  );
});
