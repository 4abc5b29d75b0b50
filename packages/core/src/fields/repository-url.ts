import * as z from 'zod';
import { isIpv4, isIpv6, unusableHost } from './address.ts';

export interface RepositoryAddress {
  transport: 'https' | 'http' | 'ssh';
  host: string;
}

const path = /^\/?[A-Za-z0-9_~][A-Za-z0-9._~+/-]*$/;
const user = '[A-Za-z_][A-Za-z0-9_-]{0,31}';
const bracketed = String.raw`\[[0-9a-f:.]+\]|[^/:@[\]\s]+`;
const urlForm = new RegExp(String.raw`^(https?|ssh):\/\/(?:(${user})@)?(${bracketed})(?::(\d{1,5}))?(\/.*)$`);
const scpForm = new RegExp(String.raw`^(${user})@(${bracketed}):(?!\/\/)(.+)$`);

function isPath(text: string): boolean {
  return (
    path.test(text) &&
    !text.includes('//') &&
    !text.split('/').some((part) => part === '..' || part === '.' || part.startsWith('-'))
  );
}

/**
 * `https://host/path`, `http://…`, `ssh://user@host/path` or `user@host:path`, taken apart. Nothing else is given to Git: no helper (`ext::`), no local
 * file, no option, no credentials.
 * @returns the address, or why not, in words that never repeat the input
 */
export function parseRepositoryUrl(text: string): RepositoryAddress | string {
  if (/^[a-z+.-]+:\/\/[^/]*:[^/]*@/i.test(text)) {
    return 'The address holds a password or token. Use a deploy key over SSH, or a public repository.';
  }
  const match = urlForm.exec(text);
  const scp = match === null ? scpForm.exec(text) : null;
  const transport = (match?.[1] ?? 'ssh') as RepositoryAddress['transport'];
  const host = match?.[3] ?? scp?.[2];
  const rest = match?.[5] ?? scp?.[3];
  if (host === undefined || rest === undefined || !isPath(rest)) {
    return 'Give the address of a Git repository, e.g. https://github.com/you/app.git or git@github.com:you/app.git.';
  }
  if (match !== null && transport !== 'ssh' && match[2] !== undefined) {
    return 'The address holds a user name or token. Use a deploy key over SSH, or a public repository.';
  }
  if (match?.[4] !== undefined && (match[4].startsWith('0') || Number(match[4]) > 65_535)) {
    return 'The port in the address is not one.';
  }
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  if (host.startsWith('[') !== isIpv6(bare) && !isIpv4(bare)) return 'The host in the address is not one.';
  const reason = unusableHost(bare);
  return reason === undefined
    ? { transport, host: bare }
    : `The host in the address can't be used. ${reason}`;
}

export const repositoryUrlSchema = z
  .string()
  .min(1)
  .max(512)
  .superRefine((text, ctx) => {
    const parsed = parseRepositoryUrl(text);
    if (typeof parsed === 'string') ctx.addIssue({ code: 'custom', message: parsed });
  });
