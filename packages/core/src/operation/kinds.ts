import type { Action } from '../authorize.ts';

/** What an operation works on, which handler of the worker closes the difference, and which right its retry or cancel asks for. */
export const operationKinds = {
  'server.check': { subject: 'server', handler: 'check-server', action: 'server.check' },
  'server.prepare': { subject: 'server', handler: 'prepare-server', action: 'server.prepare' },
  'app.deploy': { subject: 'app', handler: 'deploy-app', action: 'deployment.start' },
  'canary.promote': { subject: 'app', handler: 'deploy-app', action: 'canary.promote' },
  'canary.abort': { subject: 'app', handler: 'abort-canary', action: 'canary.abort' },
  'database.rotate': { subject: 'app', handler: 'deploy-app', action: 'database.rotate' },
  'redis.rotate': { subject: 'app', handler: 'deploy-app', action: 'redis.rotate' },
  'hosted-database.check': {
    subject: 'app',
    handler: 'check-hosted-database',
    action: 'hosted-database.check',
  },
  'process.set': { subject: 'app', handler: 'apply-processes', action: 'process.set' },
  'process.remove': { subject: 'app', handler: 'apply-processes', action: 'process.remove' },
  'process.run': { subject: 'app', handler: 'run-command', action: 'process.run' },
  'app.remove': { subject: 'app', handler: 'remove-app', action: 'app.remove' },
  'load-balancer.enable': { subject: 'app', handler: 'apply-load-balancer', action: 'load-balancer.enable' },
  'load-balancer.change': { subject: 'app', handler: 'apply-load-balancer', action: 'load-balancer.change' },
  'load-balancer.maintenance': {
    subject: 'app',
    handler: 'apply-load-balancer',
    action: 'load-balancer.maintenance',
  },
  'load-balancer.move': { subject: 'app', handler: 'apply-load-balancer', action: 'load-balancer.move' },
  'load-balancer.finish-move': {
    subject: 'app',
    handler: 'apply-load-balancer',
    action: 'load-balancer.finish-move',
  },
  'load-balancer.slow-start': {
    subject: 'app',
    handler: 'apply-load-balancer',
    action: 'load-balancer.change',
  },
  'load-balancer.restore': {
    subject: 'app',
    handler: 'apply-load-balancer',
    action: 'load-balancer.restore',
  },
  'load-balancer.import': {
    subject: 'app',
    handler: 'apply-load-balancer',
    action: 'load-balancer.import',
  },
  'import.read': { subject: 'app', handler: 'read-sites', action: 'import.read' },
  'load-balancer.disable': {
    subject: 'app',
    handler: 'apply-load-balancer',
    action: 'load-balancer.disable',
  },
  'backend.add': { subject: 'app', handler: 'apply-load-balancer', action: 'backend.add' },
  'backend.toggle': { subject: 'app', handler: 'apply-load-balancer', action: 'backend.toggle' },
  'backend.configure': { subject: 'app', handler: 'apply-load-balancer', action: 'backend.configure' },
  'backend.remove': { subject: 'app', handler: 'apply-load-balancer', action: 'backend.remove' },
  'backend.catch-up': { subject: 'app', handler: 'apply-load-balancer', action: 'backend.toggle' },
  'drift.adopt': { subject: 'app', handler: 'apply-load-balancer', action: 'drift.adopt' },
  'certificate.order': { subject: 'app', handler: 'order-certificate', action: 'certificate.order' },
  'drift.put-back': { subject: 'app', handler: 'put-back', action: 'drift.put-back' },
} as const satisfies Record<string, { subject: 'server' | 'app'; handler: string; action: Action }>;

export type OperationKind = keyof typeof operationKinds;
/** File name of the worker's handler, without the ending. */
export type OperationHandler = (typeof operationKinds)[OperationKind]['handler'];

export const operationKindNames = Object.keys(operationKinds) as [OperationKind, ...OperationKind[]];

/** `kind` of a row as a known kind, or undefined. */
export function asOperationKind(kind: string): OperationKind | undefined {
  return Object.hasOwn(operationKinds, kind) ? (kind as OperationKind) : undefined;
}

/** Whether operations of the kind carry out a deployment of their own. */
export function isDeploying(kind: OperationKind): boolean {
  return operationKinds[kind].handler === 'deploy-app';
}
