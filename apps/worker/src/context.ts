import type { NetworkListSource, OperationContext, RepositoryKey } from '@fairlead/core';
import type { Cipher } from '@fairlead/db';
import type { AcmeTransport } from '@fairlead/remote/acme';
import type { Hosts } from './hosts/hosts.ts';
import type { Preparation } from './hosts/preparation.ts';

/** Says where a branch or a tag of a repository is now. */
export interface CommitSource {
  /** 40 hexadecimal digits. @throws AppError `repository-unreachable`, `branch-not-found` */
  headOf(input: {
    repositoryUrl: string;
    branch: string;
    /** Instead of the branch. */
    tag: string | null;
    key: RepositoryKey | null;
    signal?: AbortSignal;
  }): Promise<string>;
}

/** What everything in this process works with; built once in `main.ts`. */
export interface WorkerContext extends OperationContext {
  /** Names this process in leases: unique for each start. */
  readonly workerId: string;
  readonly cipher: Cipher;
  readonly commits: CommitSource;
  readonly networkLists: NetworkListSource;
  /** The way to ACME directories. */
  readonly acme: AcmeTransport;
  readonly hosts: Hosts;
  /** Ansible, for making machines ready. */
  readonly preparation: Preparation;
}
