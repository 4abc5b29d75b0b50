/** A repository's tree at one commit. */
export interface Tree {
  /** 40 hexadecimal digits. */
  commit: string;
  /** Names of its regular files, `/` between folders; symbolic links and submodules are not among them. */
  paths: readonly string[];
  /** Those of {@link worthReading} whose text was read. */
  files: readonly { path: string; text: string }[];
  /** Those that were not: too many, too long, or no text. Where code is among them, nothing is said to be absent. */
  unread: readonly string[];
}

/** What is known beside the repository. */
export interface Facts {
  /** Commands of the app, where a secret may be made for each machine. */
  buildCommand: string | null;
  startCommand: string | null;
  /** How many backends there are or will be, at least 2. */
  backends: number;
  /** It has workers beside its web process; left out: none. */
  hasWorkers?: boolean;
  /** It is an image, made by this file of the tree; null: by its Dockerfile. Left out: it is none. */
  container?: { file: string | null } | null;
  /** The database that Fairlead keeps for the app; `maxConnections` null: not known. */
  database: { engine: 'postgresql' | 'mariadb'; maxConnections: number | null } | null;
}

/** Names and values as a backend's process will see them. */
export type Environment = Readonly<Record<string, string>>;

export interface ScanInput {
  tree: Tree;
  environment: Environment;
  facts: Facts;
}
