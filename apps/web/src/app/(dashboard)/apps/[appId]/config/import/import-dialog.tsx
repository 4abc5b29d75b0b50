'use client';
import type { Import } from '@fairlead/api/types';
import { useAction } from '../../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../../plan/plan-dialog.tsx';

interface ImportDialogProps {
  appId: string;
  item: Import;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** The plan of an import: the file out of service, the front in its place, and what is not taken over. */
export function ImportDialog({ appId, item, open, onOpenChange }: ImportDialogProps) {
  const { path, sha256 } = item;
  const take = useAction({
    failure: 'Could not import it',
    quiet: true,
    onSuccess: () => onOpenChange(false),
  });
  return (
    <PlanDialog
      appId={appId}
      open={open}
      onOpenChange={onOpenChange}
      title="Import the config"
      description="What the file says becomes the app’s. The file goes out of service in the reload in which the front takes its place, and is kept on the server."
      intent={{ action: 'import', path, sha256 }}
      action={take}
      onApply={() => take.run({ method: 'POST', path: `/apps/${appId}/imports`, body: { path, sha256 } })}
    />
  );
}
