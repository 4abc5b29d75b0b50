import { execFile, spawn } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Machine } from '@fairlead/lab';
import type { Access } from '../access.ts';

const exec = promisify(execFile);

/** The machines of the lab are new each time, and the first key seen is kept for the run: what a person does at a first connection. */
const sshOptions = (access: Access) => [
  '-i',
  access.keyFile,
  '-o',
  'StrictHostKeyChecking=accept-new',
  '-o',
  `UserKnownHostsFile=${join(access.folder, 'known_hosts')}`,
];

export interface Floor {
  /** Milliseconds from asking for a generation until the answer that it is served. */
  toggle(): Promise<number>;
  close(): Promise<void>;
}

/** A resident program of a few lines over one open SSH session: one round trip, `nginx -t`, reload until live. */
export async function openFloor(machine: Machine, access: Access): Promise<Floor> {
  const source = await readFile(join(dirname(fileURLToPath(import.meta.url)), 'floor.py'), 'utf8');
  await machine.writeFile('/root/floor.py', source);
  const child = spawn(
    'ssh',
    [
      ...sshOptions(access),
      '-T',
      '-p',
      String(access.port),
      `admin@${access.host}`,
      'sudo -n python3 -u /root/floor.py',
    ],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let generation = 0;
  return {
    async toggle() {
      generation += 1;
      const from = performance.now();
      child.stdin.write(`${generation}\n`);
      const { value, done } = await lines.next();
      if (done || value !== String(generation)) throw new Error(`the floor answered ${String(value)}`);
      return performance.now() - from;
    },
    async close() {
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.stdin.end();
      await gone;
      await rm(access.folder, { recursive: true, force: true });
    },
  };
}

const playbook = `- hosts: all
  become: true
  tasks:
    - name: Write
      ansible.builtin.template:
        src: ansible.conf.j2
        dest: /etc/nginx/conf.d/ansible-toggle.conf
        mode: "0644"
    - name: Test
      ansible.builtin.command: nginx -t
    - name: Reload
      ansible.builtin.service:
        name: nginx
        state: reloaded
`;

/** The same by \`ansible-playbook\` with its defaults: milliseconds of the whole command. */
export async function toggleByAnsible(access: Access, generation: number): Promise<number> {
  await writeFile(join(access.folder, 'playbook.yml'), playbook);
  await writeFile(
    join(access.folder, 'ansible.conf.j2'),
    'server { listen 127.0.0.1:18998; location / { return 200 {{ generation }}; } }\n',
  );
  await writeFile(
    join(access.folder, 'inventory'),
    `machine ansible_host=${access.host} ansible_port=${access.port} ansible_user=admin ansible_ssh_private_key_file=${access.keyFile}\n`,
  );
  const from = performance.now();
  await exec('ansible-playbook', ['-i', 'inventory', '-e', `generation=${generation}`, 'playbook.yml'], {
    cwd: access.folder,
    env: {
      ...process.env,
      ANSIBLE_SSH_ARGS: `-o ControlMaster=auto -o ControlPersist=60s -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=${join(access.folder, 'known_hosts')}`,
    },
  });
  return performance.now() - from;
}
