import { readPrivateKey } from '@fairlead/core';
import type { Cipher, PrismaClient, Server } from '@fairlead/db';
import { AppError, type Secret } from '@fairlead/errors';
import { HostClient, maxJumps, Prober, SshPool, type SshTarget } from '@fairlead/remote';

/** The account of the daily verbs; made by Ansible, may become root for the host program alone. */
export const dailyUser = 'fairlead';

/** The columns by which a server is reached. */
export type ReachableServer = Pick<
  Server,
  'id' | 'organizationId' | 'name' | 'address' | 'port' | 'user' | 'hostKey' | 'jumpServerId'
>;

/** This process's way to every server: pooled connections with a resident host program on each. */
export class Hosts {
  readonly pool: SshPool;
  readonly prober: Prober;
  readonly #prisma: PrismaClient;
  readonly #cipher: Cipher;
  /** A cache: opened private keys by organization. A pair is made once and never changes. */
  readonly #keys = new Map<string, Secret>();

  constructor(prisma: PrismaClient, cipher: Cipher, pool: SshPool = new SshPool()) {
    this.#prisma = prisma;
    this.#cipher = cipher;
    this.pool = pool;
    this.prober = new Prober(pool);
  }

  /** The host program of a prepared server. */
  async client(server: ReachableServer): Promise<HostClient> {
    return new HostClient(this.pool, await this.dailyTarget(server));
  }

  /** A prepared server as the daily verbs and the probes enter it. */
  dailyTarget(server: ReachableServer): Promise<SshTarget> {
    return this.target(server, dailyUser);
  }

  /**
   * How SSH reaches a server as `user`, jump hosts included (entered as the account that each was registered with).
   * @throws AppError `internal` when the organization has no key, `invalid-input` when jump hosts form a loop
   */
  async target(server: ReachableServer, user: string = server.user, depth = 0): Promise<SshTarget> {
    if (depth > maxJumps) {
      throw new AppError('invalid-input', `More than ${maxJumps} jump hosts stand before a server.`, {
        server: server.name,
        hint: 'Look for a loop in the jump hosts.',
      });
    }
    const privateKey = await this.privateKey(server.organizationId);
    const { id: serverId, name, address, port, hostKey, jumpServerId } = server;
    const own = { serverId, name, address, port, user, hostKey, privateKey };
    if (jumpServerId === null) return own;
    const jump = await this.#prisma.server.findUniqueOrThrow({ where: { id: jumpServerId } });
    return { ...own, jump: await this.target(jump, jump.user, depth + 1) };
  }

  /** The private half of the organization's key pair. */
  async privateKey(organizationId: string): Promise<Secret> {
    const known = this.#keys.get(organizationId);
    if (known !== undefined) return known;
    const key = await readPrivateKey({ prisma: this.#prisma, cipher: this.#cipher }, organizationId);
    this.#keys.set(organizationId, key);
    return key;
  }

  close(): void {
    this.prober.close();
    this.pool.close();
  }
}
