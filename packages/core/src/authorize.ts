import { AppError } from '@fairlead/errors';
import type { Actor } from './context.ts';

export const roles = ['owner', 'admin', 'deployer', 'viewer'] as const;
export type Role = (typeof roles)[number];
export const scopes = ['read', 'write'] as const;
export type Scope = (typeof scopes)[number];

interface Right {
  /** The least role that may. */
  role: Role;
  scope: Scope;
}
const right = (role: Role, scope: Scope): Right => ({ role, scope });

/** Every use-case's name and who may call it. */
export const actions = {
  'account.me': right('viewer', 'read'),
  'overview.read': right('viewer', 'read'),
  'ssh-key.read': right('viewer', 'read'),
  'server.list': right('viewer', 'read'),
  'server.read': right('viewer', 'read'),
  'server.create': right('admin', 'write'),
  'server.update': right('admin', 'write'),
  'server.remove': right('admin', 'write'),
  'server.check': right('admin', 'write'),
  'server.confirm-host-key': right('admin', 'write'),
  'server.prepare': right('admin', 'write'),
  'repository.inspect': right('deployer', 'read'),
  'network-list.read': right('admin', 'read'),
  'app.list': right('viewer', 'read'),
  'app.read': right('viewer', 'read'),
  'app.check-domains': right('viewer', 'read'),
  'app.create': right('admin', 'write'),
  'app.update': right('admin', 'write'),
  'app.remove': right('admin', 'write'),
  'environment.read': right('deployer', 'read'),
  'environment.change': right('deployer', 'write'),
  'database.plan': right('viewer', 'read'),
  'database.rotate': right('admin', 'write'),
  'hosted-database.read': right('viewer', 'read'),
  'hosted-database.set': right('admin', 'write'),
  'hosted-database.remove': right('admin', 'write'),
  'hosted-database.check': right('deployer', 'write'),
  'redis.read': right('viewer', 'read'),
  'redis.set': right('admin', 'write'),
  'redis.remove': right('admin', 'write'),
  'redis.rotate': right('admin', 'write'),
  'process.list': right('viewer', 'read'),
  'process.plan': right('viewer', 'read'),
  'process.set': right('admin', 'write'),
  'process.remove': right('admin', 'write'),
  'process.run': right('deployer', 'write'),
  'deployment.list': right('viewer', 'read'),
  'deployment.read': right('viewer', 'read'),
  'deployment.start': right('deployer', 'write'),
  'deployment.log': right('viewer', 'read'),
  'canary.plan': right('viewer', 'read'),
  'canary.promote': right('deployer', 'write'),
  'canary.abort': right('deployer', 'write'),
  'repository-access.read': right('deployer', 'read'),
  'repository-access.check': right('deployer', 'read'),
  'repository-access.set-token': right('admin', 'write'),
  'repository-access.remove-token': right('admin', 'write'),
  'repository-access.make-key': right('admin', 'write'),
  'repository-access.see-host-key': right('admin', 'write'),
  'repository-access.confirm-host-key': right('admin', 'write'),
  'webhook.read': right('deployer', 'read'),
  'webhook.set': right('admin', 'write'),
  'webhook.rotate': right('admin', 'write'),
  'load-balancer.read': right('viewer', 'read'),
  'load-balancer.checklist': right('viewer', 'read'),
  'load-balancer.plan': right('viewer', 'read'),
  'load-balancer.enable': right('admin', 'write'),
  'load-balancer.change': right('admin', 'write'),
  'load-balancer.maintenance': right('deployer', 'write'),
  'load-balancer.move': right('admin', 'write'),
  'load-balancer.finish-move': right('admin', 'write'),
  'load-balancer.restore': right('admin', 'write'),
  'load-balancer.disable': right('admin', 'write'),
  'load-balancer.import': right('admin', 'write'),
  'import.read': right('admin', 'write'),
  'import.list': right('admin', 'read'),
  'backend.add': right('admin', 'write'),
  'backend.toggle': right('deployer', 'write'),
  'backend.configure': right('admin', 'write'),
  'backend.remove': right('admin', 'write'),
  'health.read': right('viewer', 'read'),
  'config.list': right('viewer', 'read'),
  'config.read': right('viewer', 'read'),
  'acme-account.read': right('viewer', 'read'),
  'acme-account.set': right('admin', 'write'),
  'certificate.order': right('admin', 'write'),
  'certificate.list': right('viewer', 'read'),
  'certificate.upload': right('admin', 'write'),
  'certificate.remove': right('admin', 'write'),
  'drift.list': right('viewer', 'read'),
  'drift.put-back': right('admin', 'write'),
  'drift.adopt': right('admin', 'write'),
  'operation.list': right('viewer', 'read'),
  'operation.read': right('viewer', 'read'),
  'operation.log': right('viewer', 'read'),
  'token.list': right('viewer', 'read'),
  'token.create': right('viewer', 'write'),
  'token.revoke': right('viewer', 'write'),
  'audit.list': right('admin', 'read'),
} as const satisfies Record<string, Right>;
export type Action = keyof typeof actions;

/** Whether `role` may do what `action` names, whatever the token's scopes. */
export function allows(role: Role, action: Action): boolean {
  return roles.indexOf(role) <= roles.indexOf(actions[action].role);
}

/**
 * The first line of every use-case.
 * @throws AppError `forbidden`
 */
export function authorize(actor: Actor, action: Action): void {
  const needed = actions[action];
  if (!allows(actor.role, action)) {
    throw new AppError('forbidden', `Your role, ${actor.role}, may not do this.`, {
      hint: `It takes the role ${needed.role}; ask an owner of the organization.`,
      details: { action, needs: needed.role },
    });
  }
  if (!actor.scopes.includes(needed.scope)) {
    throw new AppError('forbidden', `This token may not ${needed.scope}.`, {
      hint: `Create a token with the scope ${needed.scope}.`,
      details: { action, needs: needed.scope },
    });
  }
}
