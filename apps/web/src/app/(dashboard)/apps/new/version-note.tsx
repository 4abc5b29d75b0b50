import type { Server } from '@fairlead/api/types';
import { satisfiesVersion } from '@fairlead/core/runtimes';
import { Note } from '@fairlead/ui';
import { runtimeNames } from '../../../../parts/runtime-names.ts';
import type { AppDraft } from './draft.ts';

/** What a server lacks of the version that the app asks for, before anything is deployed. */
export function VersionNote({ draft, server }: { draft: AppDraft; server: Server | undefined }) {
  const { runtime } = draft;
  const asked = draft.runtimeVersion.trim();
  if (asked === '' || (runtime !== 'node' && runtime !== 'python')) return null;
  const version = server?.facts?.[runtime];
  if (!server || !version || satisfiesVersion(version, asked)) return null;
  const has = `${server.name} has ${runtimeNames[runtime]} ${version}, the app asks for ${asked}.`;
  return runtime === 'node' ? (
    <Note>{has} Each build takes it from the npm registry.</Note>
  ) : (
    <Note tone="warning">
      {has} Builds there will fail: ask for another version, or choose a server whose Debian has it.
    </Note>
  );
}
