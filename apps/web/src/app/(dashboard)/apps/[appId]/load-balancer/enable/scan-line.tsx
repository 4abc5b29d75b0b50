'use client';
import type { Checklist } from '@fairlead/api/types';
import { Button, Note, RelativeTime } from '@fairlead/ui';
import { count } from '../../../../../../parts/units.ts';

interface ScanLineProps {
  scan: Checklist['scan'];
  checking: boolean;
  onCheck: () => void;
}

const titles: Record<string, string> = {
  laravel: 'Laravel',
  wordpress: 'WordPress',
  symfony: 'Symfony',
  php: 'PHP',
  django: 'Django',
  flask: 'Flask',
  python: 'Python',
  next: 'Next.js',
  nest: 'NestJS',
  fastify: 'Fastify',
  express: 'Express',
  node: 'Node.js',
  static: 'Static files',
};

/** What was looked at and when; or why the repository was not. */
export function ScanLine({ scan, checking, onCheck }: ScanLineProps) {
  const { commit, checkedAt, framework, files, fault } = scan;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="text-ink-muted text-sm">
          {commit === null ? (
            'Checked the DNS alone '
          ) : (
            <>
              Checked commit <code className="font-mono text-ink text-xs">{commit.slice(0, 7)}</code>
              {framework === null
                ? ''
                : ` (${titles[framework] ?? framework}, ${count(files, 'file')} read)`}{' '}
            </>
          )}
          <RelativeTime at={checkedAt} />
        </p>
        <Button size="sm" pending={checking && 'Checking…'} onClick={onCheck}>
          Check again
        </Button>
      </div>
      {fault === null ? null : (
        <Note tone="warning">
          <span>
            <b>The repository could not be read.</b> {fault} Nothing is known of its points; acknowledge those
            that you have seen to.
          </span>
        </Note>
      )}
    </div>
  );
}
