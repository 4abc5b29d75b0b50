#!/usr/bin/env node
/**
 * From a fresh clone to a running command: installs what is missing (Debian packages, npm packages, the Prisma client), then hands over to a
 * TypeScript program. Plain Node without dependencies, because at its start there are none. Quick when nothing is missing.
 *
 *   node apps/local/bootstrap.mjs <demo|dev|test|bench> [arguments…]
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const started = performance.now();

const machines = [
  'ansible-core',
  'git',
  'iproute2',
  'mmdebstrap',
  'nftables',
  'openssh-client',
  'systemd-container',
];
const testing = ['chromium', 'nginx', 'openssh-server', 'redis-server'];
const peers = ['caddy', 'capistrano', 'haproxy', 'prometheus-blackbox-exporter', 'wrk'];

/** What each command runs, and the Debian packages without which it cannot. */
const programs = {
  demo: { entry: 'apps/local/src/demo.ts', packages: machines },
  dev: { entry: 'apps/local/src/dev.ts', packages: ['ansible-core', 'git', 'openssh-client'] },
  test: { entry: 'tests/run.ts', packages: [...machines, ...testing] },
  bench: { entry: 'tests/bench/run.ts', packages: [...machines, ...testing, ...peers] },
};

/** Progress goes to standard error, so that standard output stays the program's own. */
function say(text) {
  const seconds = ((performance.now() - started) / 1000).toFixed(0).padStart(4);
  process.stderr.write(`${seconds} s  ${text}\n`);
}

/** Runs argv; resolves when it exits 0, else rejects with the last lines of what it printed. */
function run(argv, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0], argv.slice(1), {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-4000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? resolve(output)
        : reject(new Error(`${argv.join(' ')} ended with ${code}:\n${output.trim()}`)),
    );
  });
}

function isInstalled(name) {
  return existsSync(`/var/lib/dpkg/info/${name}.list`) || existsSync(`/var/lib/dpkg/info/${name}:amd64.list`);
}

/** Installs Debian packages without starting their services: this machine lends tools, it serves nothing. */
async function installDebianPackages(names) {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(`These Debian packages are needed and this is not root on Debian: ${missing.join(' ')}`);
  }
  say(`installing Debian packages: ${missing.join(' ')}`);
  const policy = '/usr/sbin/policy-rc.d';
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await run(['apt-get', 'update', '-qq']);
    await run(
      [
        'apt-get',
        'install',
        '-y',
        '-qq',
        '--no-install-recommends',
        '-o',
        'DPkg::Lock::Timeout=300',
        ...missing,
      ],
      {
        DEBIAN_FRONTEND: 'noninteractive',
      },
    );
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
  say('Debian packages are installed');
}

/**
 * `npm install` by package-lock.json when that is not the one that was installed last. Not `npm ci`: the lock file names the optional binaries of the
 * platforms that a registry had, and `npm ci` refuses where another one has more. The lock file is left as it was.
 */
async function installNpmPackages() {
  const file = join(root, 'package-lock.json');
  const lock = readFileSync(file, 'utf8');
  const digest = createHash('sha256').update(lock).digest('hex');
  const stamp = join(root, 'node_modules', '.fairlead-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  say('installing npm packages (one to two minutes the first time)');
  try {
    await run(['npm', 'install', '--no-audit', '--no-fund', '--loglevel=error']);
  } finally {
    writeFileSync(file, lock);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
  say('npm packages are installed');
}

async function main() {
  const [name, ...rest] = process.argv.slice(2);
  const program = programs[name];
  if (!program) throw new Error(`Usage: bootstrap.mjs <${Object.keys(programs).join('|')}>`);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Node.js 20.19 or newer is needed; this is ${process.versions.node}.`);
  }
  const installs = await Promise.allSettled([installDebianPackages(program.packages), installNpmPackages()]);
  for (const install of installs) if (install.status === 'rejected') throw install.reason;
  await run(['npm', 'run', 'generate', '--workspace', '@fairlead/db', '--if-present']);

  const child = spawn(process.execPath, ['--import', 'tsx', join(root, program.entry), ...rest], {
    cwd: root,
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('close', (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
}

main().catch((error) => {
  process.stderr.write(`\n${error.message}\n`);
  process.exit(1);
});
