import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { attempt, run } from './command.ts';
import { LabError } from './lab-error.ts';
import { keepLfsObject } from './lfs-objects.ts';

const SAMPLES = join(import.meta.dirname, '../samples');

const AUTHOR = {
  GIT_AUTHOR_NAME: 'Ada Example',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada Example',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};

/** New content by path; `null` deletes the file. */
export type FileChanges = Record<string, string | Uint8Array | null>;

/** One repository of a lab's Git server. */
export class GitRepository {
  readonly name: string;
  /** What a machine of the lab clones. */
  readonly url: string;
  readonly #folder: string;

  constructor(name: string, url: string, folder: string) {
    this.name = name;
    this.url = url;
    this.#folder = folder;
  }

  /** Makes the bare repository, its `main` holding the sample of that name, or one README when there is none. */
  async create(sample: string): Promise<void> {
    const source = join(SAMPLES, sample);
    await run(['git', 'init', '--quiet', '--bare', '--initial-branch=main', this.#folder]);
    if (!existsSync(source)) {
      await this.commit({ 'README.md': `# ${this.name}\n` }, 'Start');
      return;
    }
    await this.commitFolder(source, 'Start');
  }

  /** Commits all that a folder of this machine holds, in the place of what `main` holds. Returns the commit's id. */
  async commitFolder(folder: string, message: string): Promise<string> {
    const parent = await this.#tip('main');
    await this.#git(['read-tree', '--empty']);
    await this.#git(['--work-tree', folder, 'add', '--all', '.']);
    return this.#commitIndex(message, 'main', parent);
  }

  /** The commit id at the tip of a branch, `main` unless given. */
  async head(branch = 'main'): Promise<string> {
    return (await this.#git(['rev-parse', '--verify', `refs/heads/${branch}`])).trim();
  }

  /** Commits changed files on top of a branch (made from `main` when it is new) and returns the commit's id. */
  async commit(files: FileChanges, message: string, branch = 'main'): Promise<string> {
    const parent = (await this.#tip(branch)) ?? (await this.#tip('main'));
    await this.#git(['read-tree', parent ?? '--empty']);
    const entries = Object.entries(files).map(async ([path, content]) => {
      if (content === null) return `0 ${'0'.repeat(40)}\t${path}\n`;
      const blob = (await this.#git(['hash-object', '-w', '--stdin'], content)).trim();
      return `100644 ${blob}\t${path}\n`;
    });
    await this.#git(['update-index', '--index-info'], (await Promise.all(entries)).join(''));
    return this.#commitIndex(message, branch, parent);
  }

  /** Keeps content beside the repository, as Git LFS does, and returns the pointer to commit in its place. */
  keepLfsObject(content: string): Promise<string> {
    return keepLfsObject(this.#folder, content);
  }

  /** Takes the repository away: the server answers 404 until {@link restore}. */
  vanish(): Promise<void> {
    return rename(this.#folder, `${this.#folder}.gone`);
  }

  /** Brings a vanished repository back. */
  restore(): Promise<void> {
    return rename(`${this.#folder}.gone`, this.#folder);
  }

  async #commitIndex(message: string, branch: string, parent: string | undefined): Promise<string> {
    const tree = (await this.#git(['write-tree'])).trim();
    const parents = parent ? ['-p', parent] : [];
    const commit = (await this.#git(['commit-tree', tree, ...parents, '-m', message])).trim();
    if (!/^[0-9a-f]{40}$/.test(commit)) throw new LabError(`not a commit id: ${commit}`);
    await this.#git(['update-ref', `refs/heads/${branch}`, commit]);
    return commit;
  }

  async #tip(branch: string): Promise<string | undefined> {
    const found = await attempt([
      'git',
      `--git-dir=${this.#folder}`,
      'rev-parse',
      '--verify',
      '-q',
      `refs/heads/${branch}`,
    ]);
    return found.code === 0 ? found.stdout.trim() : undefined;
  }

  #git(args: string[], input?: string | Uint8Array): Promise<string> {
    return run(['git', `--git-dir=${this.#folder}`, ...args], { input, env: AUTHOR });
  }
}
