/** The points of the checklist, in the order in which they are shown. */
export const pointKeys = [
  'uploads',
  'sessions',
  'cache',
  'jobs',
  'local-state',
  'secrets',
  'trusted-proxies',
  'database-connections',
] as const;
export type PointKey = (typeof pointKeys)[number];

export const statuses = ['ok', 'problem', 'unknown'] as const;
/** `unknown`: the repository and the environment do not tell. */
export type Status = (typeof statuses)[number];

/** What a finding rests on: a place in the repository or a variable of the environment. Never a value, never a line's text: both may hold secrets. */
export interface Evidence {
  path: string | null;
  /** From 1; null: the file as a whole. */
  line: number | null;
  variable: string | null;
  /** What is seen there, in a few words. */
  text: string;
}

/** One way to put a point right; `code` is what to paste. */
export interface Fix {
  title: string;
  text: string;
  code: string | null;
}

export interface Finding {
  status: Status;
  /** One sentence. */
  text: string;
  evidence: Evidence[];
  /** For this very finding, where it needs another one than the framework's. */
  fix: Fix | null;
}

/** How many places a finding names, and how long its words are at most: names from a repository are among them. */
const maxEvidence = 5;
const maxText = 300;

function finding(status: Status, text: string, evidence: readonly Evidence[], fix: Fix | null): Finding {
  const short = evidence
    .slice(0, maxEvidence)
    .map((piece) => ({ ...piece, text: piece.text.slice(0, maxText) }));
  return { status, text: text.slice(0, maxText), evidence: short, fix };
}

export const ok = (text: string, ...evidence: Evidence[]): Finding => finding('ok', text, evidence, null);
export const problem = (text: string, ...evidence: Evidence[]): Finding =>
  finding('problem', text, evidence, null);
export const unknown = (text: string, ...evidence: Evidence[]): Finding =>
  finding('unknown', text, evidence, null);
export const withFix = (of: Finding, title: string, text: string, code: string | null = null): Finding => ({
  ...of,
  fix: { title, text, code },
});

export const inFile = (path: string, line: number | null, text: string): Evidence => ({
  path,
  line,
  variable: null,
  text,
});
export const inEnvironment = (variable: string, text: string): Evidence => ({
  path: null,
  line: null,
  variable,
  text,
});
