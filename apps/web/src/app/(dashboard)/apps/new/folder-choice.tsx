'use client';
import type { RepositoryInspection } from '@fairlead/api/types';
import { RadioCards } from '@fairlead/ui';
import { runtimeNames } from '../../../../parts/runtime-names.ts';

/** Folders that look like apps, of a repository that holds several; one that is chosen is read. */
export function FolderChoice({
  folders,
  folder,
  choose,
}: {
  folders: RepositoryInspection['folders'];
  folder: string;
  choose: (folder: string) => void;
}) {
  if (folders.length === 0) return null;
  return (
    <div className="flex flex-col gap-2">
      <h3 className="text-sm">The repository holds several apps: choose one</h3>
      <RadioCards
        label="Folder"
        columns={2}
        value={folder}
        onChange={choose}
        cards={folders.map(({ path, runtime }) => ({
          value: path,
          label: path,
          detail: runtimeNames[runtime],
        }))}
      />
    </div>
  );
}
