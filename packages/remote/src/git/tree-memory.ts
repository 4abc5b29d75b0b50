import { ChannelGate } from '../channel-gate.ts';
import type { RepositoryTree } from './read-tree.ts';

/** How many trees are remembered; each has a few MiB at most. */
const maxTrees = 6;
/** How many are read at once; the others wait. */
const maxAtOnce = 3;

/** A cache of one process: trees by what never changes, their repository, commit and folder. Who asks while one is being read gets that one. */
export class TreeMemory {
  readonly #gate = new ChannelGate(maxAtOnce);
  readonly #trees = new Map<string, Promise<RepositoryTree>>();

  get(
    { repositoryUrl, folder }: { repositoryUrl: string; folder: string | null },
    commit: string,
    read: () => Promise<RepositoryTree>,
  ): Promise<RepositoryTree> {
    const key = JSON.stringify([commit, repositoryUrl, folder]);
    const known = this.#trees.get(key);
    if (known !== undefined) {
      this.#trees.delete(key);
      this.#trees.set(key, known);
      return known;
    }
    const reading = this.#inTurn(read);
    this.#trees.set(key, reading);
    // A branch that moved in between was read at another commit.
    reading.then(
      (tree) => tree.commit === commit || this.#trees.delete(key),
      () => this.#trees.delete(key),
    );
    const [oldest] = this.#trees.keys();
    if (this.#trees.size > maxTrees && oldest !== undefined) this.#trees.delete(oldest);
    return reading;
  }

  async #inTurn(read: () => Promise<RepositoryTree>): Promise<RepositoryTree> {
    const leave = await this.#gate.enter();
    return await read().finally(leave);
  }
}
