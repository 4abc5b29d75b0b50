import { AppError } from '@fairlead/errors';
import type { AnsibleTaskEvent } from './events.ts';

/** How a playbook ended that did not succeed. `output` is what Ansible itself printed besides events (its last few kB). */
export interface AnsibleOutcome {
  server: string;
  playbook: string;
  exitCode: number | null;
  failure: AnsibleTaskEvent | null;
  output: string;
}

/** The error of a failed playbook, by cause: the machine out of reach, a lock, a full disk, sudo, or the task that failed. */
export function ansibleFailure(outcome: AnsibleOutcome): AppError {
  const { failure, server } = outcome;
  if (!failure) {
    return new AppError('ansible-failed', `Ansible could not run ${outcome.playbook} for ${server}.`, {
      server,
      hint: 'Look at the details; the playbook itself or the installation of Ansible is at fault, not the server.',
      details: { exitCode: outcome.exitCode, output: outcome.output },
    });
  }
  const message = failure.message ?? '';
  const details = { task: failure.task, message };
  if (failure.status === 'unreachable') {
    return new AppError(
      'connection-lost',
      `The connection to ${server} broke off while it was being prepared.`,
      {
        server,
        hint: 'Check that the machine is on and reachable; preparing it again goes on where it stopped.',
        details,
        retryable: true,
      },
    );
  }
  if (
    /could not get lock|unable to (acquire|lock)|lock-frontend|is another process using it|failed to lock apt/i.test(
      message,
    )
  ) {
    return new AppError('package-lock-held', `Another program on ${server} is installing packages.`, {
      server,
      hint: 'Wait until it is done (unattended-upgrades after a boot takes some minutes), then try again.',
      details,
      retryable: true,
    });
  }
  if (/no space left on device|not enough free space|you don't have enough free space/i.test(message)) {
    return new AppError('disk-full', `The disk of ${server} is full.`, {
      server,
      hint: 'Make room on it, then try again.',
      details,
    });
  }
  if (/missing sudo password|sudo: a password is required|not in the sudoers/i.test(message)) {
    return new AppError('sudo-missing', `The user on ${server} may not use sudo without a password.`, {
      server,
      hint: 'Give it "NOPASSWD: ALL" in a file under /etc/sudoers.d, or add the server as root.',
      details,
    });
  }
  return new AppError('ansible-failed', `"${failure.task}" failed on ${server}.`, {
    server,
    hint:
      message === ''
        ? 'The task hides its output; the log of the operation shows what came before it.'
        : undefined,
    details,
  });
}
