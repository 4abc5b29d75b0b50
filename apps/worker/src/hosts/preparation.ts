import { join } from 'node:path';
import { renderBase, renderStreamBase } from '@fairlead/nginx';
import { type PlaybookResult, runPlaybook, type SshTarget } from '@fairlead/remote';
import type { Needs } from './needs.ts';

/** What a running preparation tells: one line for each task that ended. */
export interface PreparationListener {
  task(name: string, status: 'started' | 'ok' | 'changed' | 'failed' | 'skipped' | 'unreachable'): void;
  play(name: string): void;
}

/** Makes machines ready by Ansible. */
export class Preparation {
  readonly #ansibleDir: string;
  readonly #callbackPath: string | undefined;

  /**
   * @param ansibleDir holds `playbooks/` and `roles/`
   * @param callbackPath where the callback plugin lies, when this program is a bundle
   */
  constructor(ansibleDir: string, callbackPath?: string) {
    this.#ansibleDir = ansibleDir;
    this.#callbackPath = callbackPath;
  }

  /** Runs the playbook against one server; a second run changes nothing. Throws what {@link runPlaybook} throws. */
  run(
    target: SshTarget,
    needs: Needs,
    publicKey: string,
    listener: PreparationListener,
    signal?: AbortSignal,
  ): Promise<PlaybookResult> {
    return runPlaybook({
      playbook: join(this.#ansibleDir, 'playbooks', 'prepare.yml'),
      target,
      vars: {
        prepare_runtimes: needs.runtimes,
        prepare_databases: needs.databases,
        host_authorized_key: publicKey,
        host_nginx_base: renderBase(),
        host_nginx_stream_base: renderStreamBase(),
      },
      callbackPath: this.#callbackPath,
      signal,
      onEvent(event) {
        if (event.event === 'play') listener.play(event.name);
        else listener.task(event.task, event.status);
      },
    });
  }
}
