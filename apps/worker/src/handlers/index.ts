import type { OperationHandler } from '@fairlead/core';
import type { Handler } from '../runtime/run.ts';
import { abortCanary } from './abort-canary.ts';
import { applyLoadBalancer } from './apply-load-balancer.ts';
import { applyProcesses } from './apply-processes.ts';
import { checkHostedDatabase } from './check-hosted-database.ts';
import { checkServer } from './check-server.ts';
import { deployApp } from './deploy-app.ts';
import { orderCertificate } from './order-certificate.ts';
import { prepareServer } from './prepare-server.ts';
import { putBack } from './put-back.ts';
import { readSites } from './read-sites.ts';
import { removeApp } from './remove-app.ts';
import { runCommand } from './run-command.ts';

/** Who does which kind of work; the kinds themselves are `operationKinds` of core. */
export const handlers: Record<OperationHandler, Handler> = {
  'abort-canary': abortCanary,
  'apply-load-balancer': applyLoadBalancer,
  'apply-processes': applyProcesses,
  'check-hosted-database': checkHostedDatabase,
  'check-server': checkServer,
  'deploy-app': deployApp,
  'order-certificate': orderCertificate,
  'prepare-server': prepareServer,
  'put-back': putBack,
  'read-sites': readSites,
  'remove-app': removeApp,
  'run-command': runCommand,
};
