import type { Cipher, PrismaClient } from '@fairlead/db';
import type { Secret } from '@fairlead/errors';
import type { Tree } from '@fairlead/readiness';
import type { Runtime } from './app/runtimes.ts';
import type { Role, Scope } from './authorize.ts';

/** Hands ids to the worker. `createQueue()` of `@fairlead/jobs` is one. */
export interface OperationQueue {
  enqueue(name: 'operation', payload: { operationId: string }): Promise<unknown>;
}

/** A new Ed25519 pair; `publicKey` is one OpenSSH line, `fingerprint` is `SHA256:…`. */
export interface KeyPair {
  publicKey: string;
  privateKey: Secret | string;
  fingerprint: string;
}

/** What the files suggest; null: nothing, or there is none. */
export interface Suggestions {
  installCommand: string | null;
  buildCommand: string | null;
  startCommand: string | null;
  documentRoot: string | null;
  runtimeVersion: string | null;
  /** Of `docker`; null: `Dockerfile`. */
  containerFile: string | null;
  containerService: string | null;
  containerPort: number | null;
  healthPath: string | null;
  /** The folder of the repository that is the app; null: all of it. */
  rootDirectory: string | null;
}

/** Where a value was read. */
export interface DetectionEvidence {
  field: 'runtime' | keyof Suggestions | 'port';
  /** In the repository, e.g. `apps/web/package.json`. */
  file: string;
  /** From 1 on; null: the file as such, by its name. */
  line: number | null;
  says: string;
}

/** What a repository's files say of themselves, read without a checkout kept. */
export interface SourceInspection {
  branches: string[];
  /** 40 hexadecimal digits: the head of the asked (or default) branch. */
  commit: string;
  runtime: Runtime;
  /** Where each value was read. */
  evidence: DetectionEvidence[];
  suggestions: { branch: string } & Suggestions;
  /** What the same files suggest of another runtime. */
  alternative: { runtime: Runtime; suggestions: Suggestions } | null;
  /** Folders that look like apps of their own, where the root is a place for several. */
  folders: { path: string; runtime: Runtime }[];
  /** The `fairlead.yml` that speaks of the app; null where none does. */
  declaration: { file: string; text: string } | null;
}

/** The same with what `fairlead.yml` says in its place. */
export interface RepositoryInspection extends Omit<SourceInspection, 'declaration'> {
  /** `port` by `fairlead.yml` alone. */
  suggestions: SourceInspection['suggestions'] & { port: number | null };
}

/** What opens a private repository. */
export type RepositoryKey =
  | { type: 'token'; username: string; token: Secret }
  /** `hostKey`: the Git server's own, as `ssh-ed25519 AAAA…`; no other server is talked to. */
  | { type: 'key'; privateKey: Secret; hostKey: string };

/** Which files of a branch's head to read, and how much of them. */
export interface TreeRequest {
  repositoryUrl: string;
  branch: string;
  key: RepositoryKey | null;
  /** Only what lies in this folder, named from there; null: all of it. */
  folder: string | null;
  /** Of all names those to read, the most telling first. */
  choose: (paths: readonly string[]) => readonly string[];
  limits: { files: number; fileBytes: number; totalBytes: number; paths: number };
}

export interface RepositorySource {
  /** @throws AppError `repository-unreachable`, `branch-not-found` */
  readTree(request: TreeRequest): Promise<Tree>;
  /** @throws AppError `repository-unreachable`, `branch-not-found` */
  inspect(input: {
    repositoryUrl: string;
    branch?: string | undefined;
    /** The folder to look in; null: the one that the root's `fairlead.yml` names, else all of it. */
    folder: string | null;
    /** Reads in that file which folder it says the app is. */
    folderSaid: (declaration: string) => string | null;
  }): Promise<SourceInspection>;
  /** The head of a branch, 40 hexadecimal digits. @throws AppError `repository-unreachable`, `branch-not-found` */
  headOf(input: { repositoryUrl: string; branch: string; key: RepositoryKey | null }): Promise<string>;
  /** The host key that an SSH repository's server shows now. @throws AppError `repository-unreachable` */
  hostKeyOf(repositoryUrl: string): Promise<{ key: string; fingerprint: string }>;
}

/** What the DNS says of a name: its addresses, or why there is none. */
export type DomainAddresses =
  | { addresses: string[]; fault: null }
  | { addresses: []; fault: 'not-found' | 'no-address' | 'unanswered' };

export interface DomainResolver {
  addresses(name: string): Promise<DomainAddresses>;
}

export interface NetworkListSource {
  /** The lines of a list that somebody publishes. @throws AppError `network-list-unreachable` */
  read(url: string): Promise<string[]>;
}

/** The accounts of whoever signs people in (better-auth in `packages/api`). */
export interface AccountStore {
  /** Create a user with a password, or answer the one of that e-mail if the password is theirs: a half-done setup can be repeated. */
  createUser(input: { name: string; email: string; password: Secret }): Promise<{ userId: string }>;
}

export interface Log {
  debug(fields: Record<string, unknown>, text: string): void;
  info(fields: Record<string, unknown>, text: string): void;
  warn(fields: Record<string, unknown>, text: string): void;
  error(fields: Record<string, unknown>, text: string): void;
}

/** What every use-case is given; built once per process by the app. */
export interface Context {
  prisma: PrismaClient;
  queue: OperationQueue;
  cipher: Cipher;
  clock: () => Date;
  repositories: RepositorySource;
  domains: DomainResolver;
  networkLists: NetworkListSource;
  generateKeyPair: () => KeyPair | Promise<KeyPair>;
  accounts: AccountStore;
  log: Log;
  /** Accept `http://` and `git://`-less plain repository addresses: for the lab and closed networks. */
  allowPlainHttpRepositories: boolean;
}

/** What the worker's bookkeeping needs of the {@link Context}. */
export type OperationContext = Pick<Context, 'prisma' | 'queue' | 'clock' | 'log'>;

/** Who asks, once per request; `scopes` is `['read', 'write']` for a session. */
export interface Actor {
  userId: string;
  name: string;
  organizationId: string;
  role: Role;
  scopes: readonly Scope[];
}

/** For whom something is done: a person, or Fairlead itself (`userId` null) where it keeps up what a person asked for. */
export interface Requester extends Pick<Actor, 'name' | 'organizationId'> {
  userId: string | null;
}

/** The shape of every use-case. */
export type UseCase<I, O> = (ctx: Context, actor: Actor, input: I) => Promise<O>;
