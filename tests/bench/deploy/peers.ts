import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Machine } from '@fairlead/lab';
import type { Access } from '../access.ts';

const exec = promisify(execFile);

/** What a peer deploys: a branch of a repository to a folder, and a unit that runs what `current` leads to. */
export interface Peer {
  /** Milliseconds of one whole command. */
  deploy(): Promise<number>;
}

/** A unit as a person writes it: the app from `/srv/<name>/current`, on a port of its own. */
async function addUnit(machine: Machine, name: string, port: number): Promise<void> {
  await machine.writeFile(
    `/etc/systemd/system/${name}.service`,
    `[Service]\nUser=admin\nWorkingDirectory=/srv/${name}/current\nEnvironment=PORT=${port} HOST=127.0.0.1\nExecStart=/usr/bin/node server.js\n`,
  );
  await machine.run(`mkdir -p /srv/${name}/releases; chown -R admin: /srv/${name}; systemctl daemon-reload`);
}

async function timed(argv: [string, ...string[]], cwd: string, env: Record<string, string>): Promise<number> {
  const [command, ...rest] = argv;
  const from = performance.now();
  await exec(command, rest, { cwd, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 ** 2 });
  return performance.now() - from;
}

/** By \`ansible-playbook\` with its defaults: check out, link, restart, wait for an answer. */
export async function ansiblePeer(
  machine: Machine,
  access: Access,
  repositoryUrl: string,
  port: number,
): Promise<Peer> {
  await addUnit(machine, 'by-ansible', port);
  const folder = join(access.folder, 'ansible');
  await mkdir(folder);
  await writeFile(
    join(folder, 'playbook.yml'),
    `- hosts: all
  tasks:
    - name: Check out
      ansible.builtin.git:
        repo: ${repositoryUrl}
        dest: "/srv/by-ansible/releases/{{ release }}"
        version: main
    - name: Link
      ansible.builtin.file:
        src: "/srv/by-ansible/releases/{{ release }}"
        dest: /srv/by-ansible/current
        state: link
    - name: Restart
      become: true
      ansible.builtin.service:
        name: by-ansible
        state: restarted
    - name: Wait
      ansible.builtin.uri:
        url: http://127.0.0.1:${port}/
      register: answer
      until: answer.status == 200
      retries: 50
      delay: 0.1
`,
  );
  await writeFile(
    join(folder, 'inventory'),
    `machine ansible_host=${access.host} ansible_port=${access.port} ansible_user=admin ansible_ssh_private_key_file=${access.keyFile}\n`,
  );
  const hosts = join(access.folder, 'known_hosts');
  const env = {
    ANSIBLE_SSH_ARGS: `-o ControlMaster=auto -o ControlPersist=60s -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=${hosts}`,
  };
  let release = 0;
  return {
    async deploy() {
      release += 1;
      return timed(
        ['ansible-playbook', '-i', 'inventory', '-e', `release=${release}`, 'playbook.yml'],
        folder,
        env,
      );
    },
  };
}

/** By Debian's Capistrano with its own flow, and a restart and a wait after it. */
export async function capistranoPeer(
  machine: Machine,
  access: Access,
  repositoryUrl: string,
  port: number,
): Promise<Peer> {
  await addUnit(machine, 'by-capistrano', port);
  const folder = join(access.folder, 'capistrano');
  await mkdir(join(folder, 'config', 'deploy'), { recursive: true });
  await writeFile(
    join(folder, 'Capfile'),
    `require "capistrano/setup"
require "capistrano/deploy"
require "capistrano/scm/git"
install_plugin Capistrano::SCM::Git
`,
  );
  await writeFile(
    join(folder, 'config', 'deploy.rb'),
    `set :application, "by-capistrano"
set :repo_url, "${repositoryUrl}"
set :branch, "main"
set :deploy_to, "/srv/by-capistrano"
set :keep_releases, 5
namespace :deploy do
  after :publishing, :restart do
    on roles(:app) do
      execute :sudo, "systemctl", "restart", "by-capistrano"
      execute "for i in $(seq 50); do curl -fs http://127.0.0.1:${port}/ && exit 0; sleep 0.1; done; exit 1"
    end
  end
end
`,
  );
  await writeFile(
    join(folder, 'config', 'deploy', 'production.rb'),
    `server "${access.host}", user: "admin", roles: %w{app}, port: ${access.port}, ssh_options: { keys: ["${access.keyFile}"], forward_agent: false, auth_methods: %w(publickey), verify_host_key: :never }
`,
  );
  return { deploy: () => timed(['cap', 'production', 'deploy'], folder, {}) };
}
