import * as z from 'zod';

/**
 * Keys that change what runs before the app's own code does (loader, shell, Git during the build), or that Fairlead sets for each process itself. The app's
 * own knobs stay open, NODE_OPTIONS among them: they act inside the app's own unprivileged process.
 */
const refusedKeys = new Set([
  'BASH_ENV',
  'BASHOPTS',
  'ENV',
  'GCONV_PATH',
  'HOME',
  'IFS',
  'LOCPATH',
  'LOGNAME',
  'NLSPATH',
  'PATH',
  'PORT',
  'PROMPT_COMMAND',
  'PS4',
  'SHELL',
  'SHELLOPTS',
  'USER',
  '__proto__',
]);
const refusedPrefixes = ['LD_', 'GIT_', 'FAIRLEAD_', 'SYSTEMD_', 'SUDO_'];

export const environmentKeySchema = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'Use letters, digits and underscores; begin with a letter.')
  .refine(
    (key) => !refusedKeys.has(key) && !refusedPrefixes.some((prefix) => key.startsWith(prefix)),
    'This variable belongs to the system or to Fairlead and can not be set.',
  );

export const maxEnvironmentValueBytes = 65_536;

/** Any text up to 64 KiB in UTF-8, several lines too; no NUL. */
export const environmentValueSchema = z
  .string()
  .refine((value) => !value.includes('\0'), 'A value can not hold a NUL character.')
  .refine(
    (value) =>
      value.length <= maxEnvironmentValueBytes &&
      new TextEncoder().encode(value).length <= maxEnvironmentValueBytes,
    'A value can hold 64 KiB at most.',
  );
