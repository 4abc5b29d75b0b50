import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { attachLab } from './fleet.ts';
import { Lab } from './lab.ts';
import { LabError } from './lab-error.ts';
import { readState, readStates, removeStaleLabs } from './leftovers.ts';
import { listPartitioned } from './network.ts';
import { labPlace } from './place.ts';
import { isAlive } from './processes.ts';
import type { ImageKind, Release } from './recipe.ts';
import { waitFor } from './wait.ts';

interface NameOption {
  lab: string;
}

const integer = (text: string): number => {
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError('a number, please');
  return Number(text);
};

const oneOf =
  <T extends string>(...allowed: T[]) =>
  (text: string): T => {
    const found = allowed.find((value) => value === text);
    if (!found) throw new InvalidArgumentError(`one of ${allowed.join(', ')}`);
    return found;
  };

const RELEASES = { 12: 12, 13: 13, testing: 'testing' } satisfies Record<string, Release>;

async function up(
  count: number,
  options: NameOption & { slot: number; release: keyof typeof RELEASES; image: ImageKind },
) {
  const installer = join(import.meta.dirname, '../scripts/install-host-packages.sh');
  if (spawnSync(installer, { stdio: 'inherit' }).status !== 0)
    throw new LabError('the host packages are missing');
  const release = RELEASES[options.release];
  const names = Array.from({ length: count }, (_, index) => `web-${index + 1}`);
  const lab = await Lab.up({
    name: options.lab,
    slot: options.slot,
    machines: names.map((name) => ({ name, release, image: options.image })),
    onProgress: ({ machine, message, elapsedMs }) =>
      console.log(
        `${(elapsedMs / 1000).toFixed(1).padStart(6)} s  ${machine ? `${machine}: ` : ''}${message}`,
      ),
  });
  console.log(`\n${lab.machines.length} machines are up. Ctrl-C takes them down.`);
  // Nothing else keeps this process alive: the machines are children that it does not wait for.
  setInterval(() => {}, 2 ** 30);
}

async function list() {
  for (const state of readStates()) {
    console.log(`${state.name} (slot ${state.slot})${isAlive(state.owner) ? '' : ', left behind: run down'}`);
    if (!isAlive(state.owner)) continue;
    const partitioned = await listPartitioned(labPlace(state.name, state.slot));
    for (const machine of attachLab(state.name).machines) {
      const condition = [
        machine.isOn ? 'on' : 'off',
        partitioned.has(machine.place.interfaceName) ? 'partitioned' : '',
      ];
      const kind = `Debian ${machine.release} ${machine.image}`;
      console.log(`  ${[machine.name, machine.address, kind, ...condition].join('  ').trimEnd()}`);
    }
  }
}

async function down({ lab: name }: NameOption) {
  const state = readState(name);
  if (state && isAlive(state.owner)) {
    process.kill(state.owner.pid, 'SIGTERM');
    await waitFor(`${name} down`, () => !isAlive(state.owner), { timeoutMs: 60_000 });
  }
  removeStaleLabs();
}

const program = new Command('lab')
  .description('Real Debian machines on this host.')
  .enablePositionalOptions();

const verb = (name: string, description: string): Command =>
  program.command(name).description(description).option('--lab <name>', 'which lab', 'fairlead');

const machineVerb = (
  name: 'partition' | 'heal' | 'reboot' | 'kill' | 'start',
  description: string,
): Command =>
  verb(name, description)
    .argument('<machine>')
    .action((machine: string, { lab }: NameOption) => attachLab(lab).machine(machine)[name]());

verb('up', 'boot machines web-1, web-2, … and stay until Ctrl-C')
  .argument('[count]', 'how many', integer, 3)
  .option('--slot <number>', 'addresses 198.18.<slot>.0/24', integer, 0)
  .option('--release <debian>', '12, 13 or testing', oneOf('12', '13', 'testing'), '12')
  .option('--image <kind>', 'bare or stocked', oneOf('bare', 'stocked'), 'bare')
  .action(up);
verb('exec', 'run a command as root on a machine')
  .argument('<machine>')
  .argument('<command...>')
  .passThroughOptions()
  .action((machine: string, command: string[], { lab }: NameOption) => {
    const argv = command[0] === '--' ? command.slice(1) : command;
    const [file = '', ...args] = attachLab(lab)
      .machine(machine)
      .enter(argv, { env: { TERM: process.env.TERM ?? 'dumb' } });
    process.exitCode = spawnSync(file, args, { stdio: 'inherit' }).status ?? 1;
  });
program.command('list').description('show every lab of this host').action(list);
machineVerb('partition', 'cut a machine off the network');
machineVerb('heal', 'end a partition');
machineVerb('reboot', 'reboot in an orderly way and wait for SSH');
machineVerb('kill', 'pull the power cord');
machineVerb('start', 'switch on after kill');
verb('down', 'take a lab down, or clean up after one that died').action(down);

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof LabError ? error.message : error);
  process.exitCode = 1;
});
