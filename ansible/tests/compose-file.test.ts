import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const folder = new URL('../roles/host/files/fairlead_host/release', import.meta.url).pathname;

/** Reads each compose file beside `Dockerfile` and `web/Dockerfile`, as the builder does; answers the plan with what was said, or why it is refused. */
const program = `
import dataclasses, json, os, sys, tempfile
sys.dont_write_bytecode = True
sys.path.insert(0, ${JSON.stringify(folder)})
import compose

def read(text, service):
    said = []
    with tempfile.TemporaryDirectory() as source:
        os.mkdir(f"{source}/web")
        os.symlink("/etc", f"{source}/out")
        for name in ("Dockerfile", "web/Dockerfile", "web/Other"):
            open(f"{source}/{name}", "w").close()
        with open(f"{source}/compose.yaml", "w") as file:
            file.write(text)
        try:
            plan = dataclasses.asdict(compose.read(source, "compose.yaml", service, said.append))
        except compose.Unusable as error:
            return str(error)
        return {**plan, "context": os.path.relpath(plan["context"], source), "file": os.path.relpath(plan["file"], source), "said": " ".join(said)}

json.dump([read(*each) for each in json.load(sys.stdin)], sys.stdout)
`;

type Plan = Record<'context' | 'file' | 'target' | 'said', string> & {
  arguments: Record<string, string>;
  service: { command?: string[]; entrypoint?: string[]; environment: Record<string, string> };
};

function read(...files: [text: string, service?: string][]): (Plan | string)[] {
  const { stdout, stderr } = spawnSync('python3', ['-c', program], {
    input: JSON.stringify(files.map(([text, service]) => [text, service ?? null])),
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as (Plan | string)[];
}

const shop = `
services:
  web:
    build: {context: web, dockerfile: Other, target: production, args: [COLOUR=red, TOKEN, "PLACE=\${PLACE:-here}"]}
    command: serve --greeting "good day"
    entrypoint: [/bin/tini, --, 1]
    ports: ["80:3000"]
    environment: {FLAG: true, PRICE: $$5, DATABASE_URL: postgres://db/x, SECRET: "\${SECRET}", FROM_SHELL: }
    volumes: [./uploads:/uploads]
  worker: {build: .}
  db: {image: postgres}
`;

test('the service with ports is deployed, and what is left out is told of', () => {
  const [web, worker] = read([shop], [shop, 'worker']);
  expect(web).toMatchObject({
    ...{ context: 'web', file: 'web/Other', target: 'production' },
    arguments: { COLOUR: 'red', PLACE: 'here' },
    said: expect.stringMatching(/Left out: db, worker.*volumes of web.*environment\.SECRET is left out/s),
  });
  expect((web as Plan).service).toEqual({
    command: ['serve', '--greeting', 'good day'],
    entrypoint: ['/bin/tini', '--', '1'],
    environment: { FLAG: 'true', PRICE: '$5', DATABASE_URL: 'postgres://db/x' },
  });
  expect(worker).toMatchObject({ context: '.', file: 'Dockerfile', service: { environment: {} } });
});

const refused: [what: string, text: string, why: RegExp, service?: string][] = [
  ['no YAML', '{', /cannot be read/],
  ['no services', 'version: "3"', /no services/],
  ['a service that is not there', shop, /no service api/, 'api'],
  ['a service without a build', shop, /db has no build/, 'db'],
  ['nothing that is built', 'services: {db: {image: postgres}}', /None of its services has a build/],
  ['two that may answer', 'services: {a: {build: .}, b: {build: .}}', /Several services are built \(a, b\)/],
  ['a context outside', 'services: {a: {build: ..}}', /context is no folder of the app/],
  ['a context behind a link', 'services: {a: {build: out}}', /context is no folder of the app/],
  ['an absolute context', 'services: {a: {build: /etc}}', /context is no folder of the app/],
  [
    'a Dockerfile outside',
    'services: {a: {build: {dockerfile: out/passwd}}}',
    /dockerfile is no file of the app/,
  ],
  [
    'a Dockerfile that is an option',
    'services: {a: {build: {dockerfile: --help}}}',
    /dockerfile is no file of the app/,
  ],
  ['another file', 'include: [x]\nservices: {a: {build: .}}', /extends and include/],
  [
    'a command with a variable',
    'services: {a: {build: ., command: "run $X"}}',
    /takes a variable from elsewhere/,
  ],
  ['an object of Python', 'services: !!python/object/apply:os.system ["id"]', /cannot be read/],
  [
    'a name that is none',
    'services: {a: {build: ., environment: {"A B": 1}}}',
    /letters, digits and underscores/,
  ],
  ['a value that is none', 'services: {a: {build: ., environment: {A: [1]}}}', /must be a text/],
  ['too much', `#${'x'.repeat(300_000)}`, /longer than 256 KiB/],
  ['too deep', '['.repeat(200_000), /cannot be read/],
];

test('what is no file to deploy is refused, and why', () => {
  const answers = read(...refused.map(([, text, , service]): [string, string?] => [text, service]));
  for (const [index, [what, , why]] of refused.entries()) expect(answers[index], what).toMatch(why);
}, 20_000);

test('aliases that would be a billion texts if they were written out are neither', () => {
  const levels = 'abcdefghi'.split('');
  const lines = levels.map((name, index) =>
    index === 0 ? `${name}: &${name} [lol]` : `${name}: &${name} [${`*${levels[index - 1]},`.repeat(10)}]`,
  );
  const bomb = lines.join('\n');
  const [unused, used] = read(
    [`${bomb}\nservices: {web: {build: ., environment: {A: b}}}`],
    [`${bomb}\nservices: {web: {build: ., command: *i}}`],
  );
  expect(unused).toMatchObject({ service: { environment: { A: 'b' } } });
  expect(used).toMatch(/list of texts/);
});
