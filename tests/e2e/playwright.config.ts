import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';
import { artefacts, stackPort } from './place.ts';

/** The journey in Chromium against the lab. One worker: it is one story, told in order. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: `${artefacts}/results`,
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 240_000,
  // What a machine may need on which the labs run too, not how long a thing should take.
  expect: { timeout: 60_000 },
  reporter: [['list'], ['json']],
  use: {
    baseURL: `http://127.0.0.1:${stackPort}`,
    actionTimeout: 60_000,
    // Without a film of every frame, which would cost as much as the test.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: true, sources: true },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: fileURLToPath(new URL('chromium.sh', import.meta.url)),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
  webServer: {
    command: 'node --import tsx stack.ts',
    url: `http://127.0.0.1:${stackPort}/api/v1/setup`,
    timeout: 600_000,
    reuseExistingServer: false,
    stdout: 'ignore',
    stderr: 'pipe',
    gracefulShutdown: { signal: 'SIGTERM', timeout: 60_000 },
  },
});
