import { isIP } from 'node:net';
import { AppError } from '@fairlead/errors';

/** The part of a repository's address that decides whom Git will talk to. */
export interface RepositoryAddress {
  transport: 'https' | 'http' | 'ssh' | 'git';
  /** Without brackets. */
  host: string;
  port: number;
  /** Of SSH addresses alone. */
  user: string | null;
  /** `/owner/name.git`, or relative to the user's home in the `user@host:path` form. */
  path: string;
}

const defaultPorts = { https: 443, http: 80, ssh: 22, git: 9418 } as const;
const urlForm =
  /^(https|http|ssh|git):\/\/(?:([^@/]*)@)?(\[[0-9A-Fa-f:.]+\]|[^/:@[\]]+)(?::(\d{1,5}))?(\/[^?#]*)$/;
const scpForm = /^([^@/:]+)@(\[[0-9A-Fa-f:.]+\]|[^/:@[\]]+):(?!\/\/)([^?#]+)$/;

/**
 * Takes an address apart, or throws `invalid-input` in words that never repeat it. Core's `repositoryUrlSchema` judges what users type; this is the
 * second lock, in front of Git itself: no helper (`ext::`), no file, no option in the place of a word, no credentials.
 */
export function parseRepositoryAddress(url: string): RepositoryAddress {
  if (url.length > 2048 || /[^\x21-\x7e]/.test(url))
    throw refused('It holds letters that an address cannot hold.');
  const match = urlForm.exec(url);
  const scp = match ? null : scpForm.exec(url);
  if (!match && !scp) throw refused('Give https://host/path, ssh://user@host/path or user@host:path.');
  const transport = (match?.[1] ?? 'ssh') as RepositoryAddress['transport'];
  const user = match ? (match[2] ?? null) : (scp?.[1] ?? null);
  const host = (match?.[3] ?? scp?.[2] ?? '').replace(/^\[|\]$/g, '');
  const path = match?.[5] ?? scp?.[3] ?? '';
  const port = match?.[4] === undefined ? defaultPorts[transport] : Number(match[4]);
  if (transport !== 'ssh' && user !== null) throw refused('It holds a user name or a token.');
  if (user !== null && !/^[A-Za-z_][A-Za-z0-9._-]*$/.test(user)) throw refused('Its user name is not one.');
  if (!isIP(host) && !/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(host))
    throw refused('Its host is not one.');
  if (port < 1 || port > 65_535) throw refused('Its port is not one.');
  if (path.split('/').some((part) => part === '..' || part.startsWith('-')))
    throw refused('Its path is not one.');
  return { transport, host, port, user, path };
}

function refused(why: string): AppError {
  return new AppError('invalid-input', `This repository address cannot be used. ${why}`, {
    hint: 'For a private repository use its SSH address with a deploy key.',
    details: { errors: [{ path: 'repositoryUrl', message: why }] },
  });
}

/** Throws `invalid-input` unless `branch` is a branch name (git-check-ref-format(1)) and nothing cleverer, such as `@{-1}`. */
export function checkBranchName(branch: string): void {
  const sound =
    branch.length <= 255 &&
    /^[^\p{C}\p{Z}~^:?*[\\;&|$`'"<>()]+$/u.test(branch) &&
    !/^[-/.]|[/.]$|\.\.|\/\/|\/\.|@\{|\.lock(\/|$)|^@$/.test(branch);
  if (sound) return;
  throw new AppError('invalid-input', 'This is no name of a branch.', {
    details: { errors: [{ path: 'branch', message: 'This is no name of a branch.' }] },
  });
}
