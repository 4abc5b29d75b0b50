import { mkdtempSync, rmSync } from 'node:fs';
import type { App, Server } from '@fairlead/api/types';
import { Lab } from '@fairlead/lab';
import {
  type Api,
  build,
  type ControlPlane,
  createProgress,
  prepareServer,
  registerServer,
  setUp,
  startControlPlane,
} from '@fairlead/local';

export interface Fleet {
  lab: Lab;
  controlPlane: ControlPlane;
  api: Api;
  git: Awaited<ReturnType<Lab['gitServer']>>;
  /** Registers a machine, at `via` where it is reached through a relay, and prepares it for Node.js. */
  join(name: string, via?: { address: string; port: number }): Promise<Server>;
  /** An app on its primary, deployed. */
  deploy(name: string, primary: Server): Promise<App>;
  down(): Promise<void>;
}

/** Machines and a control plane of their own for one benchmark. */
export async function bootFleet(names: string[], say: (text: string) => void): Promise<Fleet> {
  const progress = createProgress(performance.now(), (line) => say(line.trimEnd()));
  await progress.step('building', build);
  const lab = await Lab.up({
    name: 'bench',
    slot: 6,
    machines: names.map((name) => ({ name, image: 'stocked' as const })),
  });
  const dataDir = mkdtempSync('/var/tmp/fairlead-bench-');
  let controlPlane: ControlPlane | undefined;
  const down = async () => {
    await controlPlane?.stop();
    await lab.down();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    controlPlane = await startControlPlane({ dataDir, disposable: true, progress });
    const git = await lab.gitServer({ repos: ['node-notes', { name: 'plain', sample: 'static-site' }] });
    const api = await setUp(controlPlane.url, controlPlane.setupToken, {
      name: 'Bench',
      email: 'bench@example.test',
      password: 'bench-password-of-one-run',
      organization: 'Bench',
    });
    return {
      lab,
      controlPlane,
      api,
      git,
      down,
      async join(name, via) {
        const machine = lab.machine(name);
        const server = await registerServer(
          api,
          {
            name,
            address: via?.address ?? machine.address,
            port: via?.port ?? 22,
            user: 'admin',
            ...(via ? { privateAddress: machine.address } : {}),
            authorize: async (line) => void (await machine.exec(['sh', '-c', line], { user: 'admin' })),
          },
          say,
        );
        await prepareServer(api, server, { runtimes: ['node'], databases: [] }, () => undefined);
        return server;
      },
      async deploy(name, primary) {
        const app = await api.post<App>('/apps', {
          name,
          repositoryUrl: git.repo('node-notes').url,
          branch: 'main',
          runtime: 'node',
          installCommand: 'npm ci --omit=dev --no-audit --no-fund',
          startCommand: 'node server.js',
          domains: [`${name}.example.test`],
          healthPath: '/whoami',
          primaryServerId: primary.id,
        });
        await api.finished(await api.post(`/apps/${app.id}/deployments`));
        return app;
      },
    };
  } catch (error) {
    await down();
    throw error;
  }
}
