import type { Prisma, PrismaClient } from './generated/client.ts';

/**
 * A client that sees and writes one organization's rows only. Its transactions do, too.
 *
 * What it cannot see into: raw SQL, and ids written into columns (`appId`, `serverId`): take those from rows that it read.
 */
export type OrganizationPrisma = PrismaClient & { readonly $organizationId: string };

type Filter = Record<string, unknown>;
type ModelName = Prisma.ModelName;

const own = (organizationId: string): Filter => ({ organizationId });
const ofApp = (organizationId: string): Filter => ({ app: { organizationId } });
const ofOperation = (organizationId: string): Filter => ({ operation: { organizationId } });

/** How each model's rows belong to an organization; `null`: not a tenant's. A new model does not compile without a line here. */
const ownership: Record<ModelName, ((organizationId: string) => Filter) | null> = {
  User: (organizationId) => ({ members: { some: { organizationId } } }),
  Session: null,
  Account: null,
  Verification: null,
  RateLimit: null,
  Installation: null,
  Lease: null,
  Organization: (organizationId) => ({ id: organizationId }),
  Member: own,
  Invitation: own,
  ApiToken: own,
  AuditEntry: own,
  SshKey: own,
  Server: own,
  App: own,
  Operation: own,
  EnvironmentVariable: ofApp,
  BackendVariable: (organizationId) => ({ backend: ofApp(organizationId) }),
  LoadBalancer: ofApp,
  Backend: ofApp,
  Deployment: ofApp,
  HealthCheck: (organizationId) => ({ backend: ofApp(organizationId) }),
  AppliedConfig: (organizationId) => ({ loadBalancer: ofApp(organizationId) }),
  Drift: ofApp,
  NginxReading: (organizationId) => ({ server: { organizationId } }),
  Certificate: ofApp,
  BackendAuthority: ofApp,
  BackendCertificate: (organizationId) => ({ backend: ofApp(organizationId) }),
  AcmeAccount: own,
  CertificateOrder: ofApp,
  Webhook: ofApp,
  RepositoryAccess: ofApp,
  HostedDatabase: ofApp,
  Redis: ofApp,
  PushDelivery: ofApp,
  Release: (organizationId) => ({ deployment: ofApp(organizationId) }),
  Step: ofOperation,
  LogLine: ofOperation,
};

interface Arguments {
  where?: Filter;
  data?: Filter | Filter[];
  create?: Filter;
  update?: Filter;
}

const creating = new Set(['create', 'createMany', 'createManyAndReturn']);

/** The unique part of a `where` has to stay on its top level, so the filter goes into `AND`. */
function scopedWhere(where: Filter | undefined, filter: Filter): Filter {
  const { AND: others, ...rest } = where ?? {};
  return { ...rest, AND: [filter, ...(others === undefined ? [] : [others].flat())] };
}

function ownedRow(model: ModelName, row: Filter, organizationId: string): Filter {
  if (ownership[model] !== own) return row;
  const { organization, organizationId: given, ...rest } = row;
  const connected = organization as { connect?: { id?: string } } | undefined;
  const named = given ?? connected?.connect?.id ?? organizationId;
  if (named !== organizationId) throw new Error(`A ${model} for another organization was to be written.`);
  // A row that names its relations by `connect` may not mix them with plain ids.
  return organization === undefined
    ? { ...rest, organizationId }
    : { ...rest, organization: { connect: { id: organizationId } } };
}

/** An update may not move a row to another organization. */
function keptRow(model: ModelName, row: Filter, organizationId: string): Filter {
  if (ownership[model] !== own || !('organizationId' in row || 'organization' in row)) return row;
  return ownedRow(model, row, organizationId);
}

function scopeArguments(
  model: ModelName,
  operation: string,
  args: Arguments,
  organizationId: string,
): Arguments {
  const filter = ownership[model]?.(organizationId);
  if (filter === undefined) return args;
  const ownedRows = (data: Filter | Filter[]) =>
    Array.isArray(data)
      ? data.map((row) => ownedRow(model, row, organizationId))
      : ownedRow(model, data, organizationId);
  if (creating.has(operation)) return { ...args, data: ownedRows(args.data ?? {}) };
  const scoped: Arguments = { ...args, where: scopedWhere(args.where, filter) };
  if (args.create !== undefined) scoped.create = ownedRow(model, args.create, organizationId);
  if (args.update !== undefined) scoped.update = keptRow(model, args.update, organizationId);
  if (args.data !== undefined && !Array.isArray(args.data)) {
    scoped.data = keptRow(model, args.data, organizationId);
  }
  return scoped;
}

/** Scopes every read and write of a tenant's model to the organization: a forgotten `where` finds nothing of anybody else. */
export function forOrganization(prisma: PrismaClient, organizationId: string): OrganizationPrisma {
  const scoped = prisma.$extends({
    name: 'organization-scope',
    client: { $organizationId: organizationId },
    query: {
      $allModels: {
        $allOperations({ model, operation, args, query }) {
          return query(scopeArguments(model, operation, args as Arguments, organizationId) as typeof args);
        },
      },
    },
  });
  // The extension changes arguments alone; the methods and their types are those of the client.
  return scoped as unknown as OrganizationPrisma;
}
