import { type Action, actions, allows, authorize, type Role, type Scope } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { found, tenant } from '../tenant.ts';

export interface MeView {
  user: { id: string; name: string; email: string };
  organization: { id: string; name: string; slug: string };
  role: Role;
  scopes: Scope[];
  can: Action[];
}

/** Who is asking, and what they may do. */
export const readMe: UseCase<unknown, MeView> = async (ctx, actor) => {
  authorize(actor, 'account.me');
  const db = tenant(ctx, actor);
  const [user, organization] = await Promise.all([
    db.user.findUnique({ where: { id: actor.userId }, select: { id: true, name: true, email: true } }),
    db.organization.findUnique({
      where: { id: actor.organizationId },
      select: { id: true, name: true, slug: true },
    }),
  ]);
  const names = Object.keys(actions) as Action[];
  return {
    user: found(user, 'user'),
    organization: found(organization, 'organization'),
    role: actor.role,
    scopes: [...actor.scopes],
    can: names.filter((action) => allows(actor.role, action) && actor.scopes.includes(actions[action].scope)),
  };
};
