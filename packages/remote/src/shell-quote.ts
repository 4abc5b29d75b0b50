import { AppError } from '@fairlead/errors';

/** One argument as a POSIX shell reads it back unchanged. The only place in Fairlead where a shell's quoting is written. */
export function quoteArgument(argument: string): string {
  if (argument.includes('\0'))
    throw new AppError('invalid-input', 'A command argument cannot hold a NUL byte.');
  if (/^[A-Za-z0-9_/:=.,@%+-]+$/.test(argument)) return argument;
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** An argv as one command line: sshd hands what it is given to the user's login shell. */
export function quoteCommand(argv: readonly string[]): string {
  return argv.map(quoteArgument).join(' ');
}
