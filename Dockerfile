# syntax=docker/dockerfile:1
# One build, three images: `--target web`, `--target worker`, `--target migrate`. None of them runs as root.

FROM node:22.14.0-bookworm-slim AS base
ENV NEXT_TELEMETRY_DISABLED=1 TURBO_TELEMETRY_DISABLED=1
WORKDIR /fairlead

FROM base AS build
COPY . .
RUN --mount=type=cache,target=/root/.npm npm install --no-audit --no-fund --loglevel=error
RUN npm run generate --workspace @fairlead/db \
 && npm run build --workspace @fairlead/web \
 && npm run build --workspace @fairlead/worker

# Migrations need Prisma's command line, the schema and its engine: the tree as it was built.
FROM base AS migrate
COPY --from=build --chown=node:node /fairlead/node_modules node_modules
COPY --from=build --chown=node:node /fairlead/packages packages
COPY --chown=node:node package.json prisma.config.ts ./
COPY --chown=node:node prisma prisma
USER node
CMD ["node_modules/.bin/tsx", "packages/db/scripts/migrate.ts"]

FROM base AS web
ENV NODE_ENV=production HOSTNAME=0.0.0.0 PORT=3000
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates git openssh-client \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build --chown=node:node /fairlead/apps/web/.next/standalone ./
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/api/v1/setup').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "apps/web/server.js"]

FROM base AS worker
ENV NODE_ENV=production FAIRLEAD_ANSIBLE_DIR=/fairlead/ansible
RUN apt-get update \
 && apt-get install -y --no-install-recommends ansible-core ca-certificates git openssh-client \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build --chown=node:node /fairlead/node_modules node_modules
COPY --from=build --chown=node:node /fairlead/apps/worker/dist apps/worker/dist
COPY --chown=node:node apps/worker/package.json apps/worker/
COPY --chown=node:node ansible ansible
COPY --chown=node:node packages/remote/ansible-callback packages/remote/ansible-callback
USER node
CMD ["node", "apps/worker/dist/main.js"]
