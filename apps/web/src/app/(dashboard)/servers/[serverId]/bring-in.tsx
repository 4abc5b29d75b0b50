'use client';
import type { Server } from '@fairlead/api/types';
import { Button, CodeBlock, Copyable, ErrorNote, Note, Panel, ToneIcon } from '@fairlead/ui';
import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import { resources } from '../../../../data/resources.ts';
import { useAction } from '../../../../data/use-action.tsx';
import { useResource } from '../../../../data/use-resource.ts';
import { LiveOperation } from '../../../../parts/live-operation.tsx';
import { useMay } from '../../../../shell/me.tsx';
import { CheckList } from './check-list.tsx';

type Stage = 'authorise' | 'confirm' | 'check' | 'prepare';
const order: Stage[] = ['authorise', 'confirm', 'check', 'prepare'];

/** Where a server stands on its way in, from what is known about it alone: so the way can be left and found again. */
function stageOf(server: Server): Stage {
  if (server.status === 'unconfirmed' || server.status === 'host_key_changed') return 'confirm';
  if (server.status === 'reachable' || server.status === 'preparing') return 'prepare';
  if (
    server.status === 'failed' &&
    server.checks.length > 0 &&
    server.checks.every((check) => check.status === 'passed')
  ) {
    return 'prepare';
  }
  return server.hostKeyFingerprint ? 'check' : 'authorise';
}

interface StageBoxProps {
  stage: Stage;
  now: Stage;
  title: string;
  done: ReactNode;
  children: ReactNode;
}

function StageBox({ stage, now, title, done, children }: StageBoxProps) {
  const ahead = order.indexOf(stage) - order.indexOf(now);
  return (
    <li aria-current={ahead === 0 ? 'step' : undefined} className="flex gap-3 px-4 py-4">
      {ahead < 0 ? (
        <ToneIcon tone="healthy" className="mt-0.5 size-5" />
      ) : (
        <span
          aria-hidden
          className={clsx(
            'tabular mt-0.5 flex size-5 shrink-0 items-center justify-center rounded-full text-xs',
            ahead === 0 ? 'bg-ink text-on-ink' : 'border border-line-strong text-ink-faint',
          )}
        >
          {order.indexOf(stage) + 1}
        </span>
      )}
      <div className="min-w-0 flex-1">
        <h3 className={clsx('text-base', ahead > 0 && 'text-ink-faint')}>{title}</h3>
        {ahead < 0 ? <p className="text-ink-muted text-sm">{done}</p> : null}
        {ahead === 0 ? <div className="mt-2 flex flex-col items-start gap-3">{children}</div> : null}
      </div>
    </li>
  );
}

/** The way of a server into the fleet: authorise, confirm, check, prepare. */
export function BringIn({ server, onPrepare }: { server: Server; onPrepare: () => void }) {
  const may = useMay();
  const key = useResource(resources.sshKey);
  const check = useAction({ failure: 'Could not start the check' });
  const confirm = useAction({ failure: 'Could not confirm the fingerprint' });
  const now = stageOf(server);
  const operation = server.activeOperation;
  const runCheck = () => check.run({ method: 'POST', path: `/servers/${server.id}/check` });

  const checkButton = may('server.check') ? (
    <Button
      variant="primary"
      disabled={operation !== null}
      pending={(check.pending || operation?.kind === 'server.check') && 'Checking…'}
      onClick={runCheck}
    >
      Check connection
    </Button>
  ) : null;

  return (
    <Panel
      title={`Bring ${server.name} in`}
      description="You can leave this page; it goes on from here."
      flush
    >
      <ol className="divide-y border-t">
        <StageBox
          stage="authorise"
          now={now}
          title="Authorise Fairlead"
          done="Fairlead’s key is asked for at each check."
        >
          <p className="text-ink-muted text-sm">
            Run this on {server.name} as <b className="text-ink">{server.user}</b>. It adds Fairlead’s public
            key, and nothing else.
          </p>
          {key.data ? (
            <CodeBlock
              code={key.data.authorizeLine}
              copyLabel="Copy the line to paste"
              title={`${server.user}@${server.address}`}
              wrap
              className="w-full"
            />
          ) : null}
          {server.status !== 'new' && server.checks.length > 0 ? <CheckList checks={server.checks} /> : null}
          {checkButton}
        </StageBox>
        <StageBox
          stage="confirm"
          now={now}
          title="Confirm the fingerprint"
          done={
            <>
              Pinned: <code className="break-all font-mono text-xs">{server.hostKeyFingerprint}</code>
            </>
          }
        >
          {server.status === 'host_key_changed' ? (
            <ErrorNote
              className="w-full"
              error={{
                message: 'This server shows another host key than the one that you confirmed.',
                hint: 'Was it installed anew? Then compare the new fingerprint and confirm it. If not, somebody may stand in between: do not confirm.',
              }}
            />
          ) : (
            <p className="text-ink-muted text-sm">
              The server showed this key. Compare it with the one that the server itself says it has, or with
              your provider’s console; Fairlead talks to no other from then on.
            </p>
          )}
          {server.offeredFingerprint ? (
            <>
              <div className="max-w-full rounded-lg border bg-sunken px-3 py-2">
                <Copyable text={server.offeredFingerprint} label="Copy fingerprint" />
              </div>
              <CodeBlock
                className="w-full"
                code="ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"
                copyLabel="Copy command"
                title="on the server"
              />
              {may('server.confirm-host-key') ? (
                <Button
                  variant="primary"
                  pending={confirm.pending && 'Confirming…'}
                  onClick={() =>
                    confirm.run({
                      method: 'POST',
                      path: `/servers/${server.id}/host-key`,
                      body: { fingerprint: server.offeredFingerprint },
                    })
                  }
                >
                  Confirm fingerprint
                </Button>
              ) : null}
            </>
          ) : (
            checkButton
          )}
        </StageBox>
        <StageBox
          stage="check"
          now={now}
          title="Check the connection"
          done={`${server.checks.filter((each) => each.status === 'passed').length} of ${server.checks.length} checks passed.`}
        >
          <CheckList checks={server.checks} />
          {server.checks.some((each) => each.key === 'authentication' && each.status === 'failed') &&
          key.data ? (
            <CodeBlock
              className="w-full"
              code={key.data.authorizeLine}
              copyLabel="Copy the line to paste"
              title={`${server.user}@${server.address}`}
              wrap
            />
          ) : null}
          {checkButton}
        </StageBox>
        <StageBox stage="prepare" now={now} title="Prepare the server" done="Ready.">
          <p className="text-ink-muted text-sm">
            Fairlead installs Nginx, the runtimes that you choose, a firewall base and its own small host
            program. What is yours on this machine is left alone.
          </p>
          {server.status === 'failed' ? (
            <Note tone="warning">The last preparation failed; its operation below says where and why.</Note>
          ) : null}
          {may('server.prepare') ? (
            <Button
              variant="primary"
              disabled={operation !== null}
              pending={operation?.kind === 'server.prepare' && 'Preparing…'}
              onClick={onPrepare}
            >
              Prepare server
            </Button>
          ) : null}
        </StageBox>
      </ol>
      {operation ? (
        <div className="border-t p-4">
          <LiveOperation operation={operation} bare />
        </div>
      ) : null}
    </Panel>
  );
}
