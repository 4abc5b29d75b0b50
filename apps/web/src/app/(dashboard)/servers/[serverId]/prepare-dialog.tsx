'use client';
import type { Server } from '@fairlead/api/types';
import { Button, Checkbox, Dialog } from '@fairlead/ui';
import { useState } from 'react';
import { useAction } from '../../../../data/use-action.tsx';

const runtimes = [
  { key: 'node', label: 'Node.js', detail: 'For apps with a start command.' },
  { key: 'php', label: 'PHP', detail: 'PHP-FPM with the common extensions: Laravel, WordPress.' },
  { key: 'python', label: 'Python', detail: 'Virtual environments and pip: Django, Flask, FastAPI.' },
  { key: 'docker', label: 'Docker', detail: 'Podman without root, for Dockerfiles and compose files.' },
  { key: 'static', label: 'Static files', detail: 'Nginx alone.' },
] as const;
const databases = [
  {
    key: 'postgresql',
    label: 'PostgreSQL',
    detail: 'Only where this server will be a primary with a database.',
  },
  { key: 'mariadb', label: 'MariaDB', detail: 'Only where this server will be a primary with a database.' },
  { key: 'redis', label: 'Redis', detail: 'Only where an app’s primary keeps sessions, cache or queues.' },
] as const;

interface PrepareDialogProps {
  server: Server;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

function installed({ facts }: Server): Set<string> {
  const set = new Set<string>(['static']);
  if (!facts) return set.add('node');
  if (facts.node) set.add('node');
  if (facts.php) set.add('php');
  if (facts.python) set.add('python');
  if (facts.docker) set.add('docker');
  if (facts.postgresql) set.add('postgresql');
  if (facts.mariadb) set.add('mariadb');
  if (facts.redis) set.add('redis');
  return set.size === 1 ? set.add('node') : set;
}

/** What should be on the machine; running it again with more adds, and takes nothing away. */
export function PrepareDialog({ server, open, onOpenChange }: PrepareDialogProps) {
  const [wanted, setWanted] = useState(() => installed(server));
  const prepare = useAction({
    failure: 'Could not start the preparation',
    onSuccess: () => onOpenChange(false),
  });
  const toggle = (key: string) => (checked: boolean) =>
    setWanted((before) => {
      const after = new Set(before);
      if (checked) after.add(key);
      else after.delete(key);
      return after;
    });
  const choices = (list: readonly { key: string; label: string; detail: string }[]) =>
    list.map((each) => (
      <Checkbox
        key={each.key}
        checked={wanted.has(each.key)}
        onChange={toggle(each.key)}
        label={each.label}
        detail={each.detail}
      />
    ));
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Prepare ${server.name}`}
      description="Ansible installs what is missing. It takes a minute or two the first time and changes nothing the second."
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button
            variant="primary"
            pending={prepare.pending && 'Starting…'}
            onClick={() =>
              prepare.run({
                method: 'POST',
                path: `/servers/${server.id}/prepare`,
                body: {
                  runtimes: runtimes.map((each) => each.key).filter((key) => wanted.has(key)),
                  databases: databases.map((each) => each.key).filter((key) => wanted.has(key)),
                },
              })
            }
          >
            Start preparation
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-5">
        <fieldset className="flex flex-col gap-3">
          <legend className="mb-2 font-medium text-sm">Runtimes</legend>
          {choices(runtimes)}
        </fieldset>
        <fieldset className="flex flex-col gap-3">
          <legend className="mb-2 font-medium text-sm">Databases</legend>
          {choices(databases)}
        </fieldset>
      </div>
    </Dialog>
  );
}
