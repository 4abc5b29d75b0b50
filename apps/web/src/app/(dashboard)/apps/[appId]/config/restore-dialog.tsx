'use client';
import { useAction } from '../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';

interface RestoreDialogProps {
  appId: string;
  generation: number;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Back to what an earlier generation said, seen before it is done. */
export function RestoreDialog({ appId, generation, open, onOpenChange }: RestoreDialogProps) {
  const restore = useAction({
    failure: `Could not restore generation ${generation}`,
    quiet: true,
    onSuccess: () => onOpenChange(false),
  });
  return (
    <PlanDialog
      appId={appId}
      open={open}
      onOpenChange={onOpenChange}
      title={`Restore generation ${generation}`}
      description="Its method and who is up or down come back as a new generation; the history stays."
      intent={{ action: 'restore', generation }}
      action={restore}
      onApply={() =>
        restore.run({ method: 'POST', path: `/apps/${appId}/configs/${generation}/restore`, body: {} })
      }
    />
  );
}
