import { redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { LiveData } from '../../data/live.tsx';
import { ApiProblem } from '../../data/problem.ts';
import { resources } from '../../data/resources.ts';
import { Prefetch } from '../../server/prefetch.tsx';
import { readResource } from '../../server/read.ts';
import { Shell } from '../../shell/shell.tsx';

/** Who is here? Nobody is sent to the door; the door leads to the set-up while there is no owner. */
async function readMe() {
  try {
    return await readResource(resources.me);
  } catch (thrown) {
    if (!(thrown instanceof ApiProblem) || thrown.problem.status !== 401) throw thrown;
    redirect('/sign-in');
  }
}

export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const me = await readMe();
  return (
    <Prefetch resources={[resources.overview]}>
      <LiveData>
        <Shell me={me}>{children}</Shell>
      </LiveData>
    </Prefetch>
  );
}
