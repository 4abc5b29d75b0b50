'use client';
import { lazy, type ReactNode, Suspense, useState } from 'react';

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** One sentence below the title. */
  description?: ReactNode;
  children: ReactNode;
  /** Buttons, the deciding one last. */
  footer?: ReactNode;
  wide?: boolean;
}

export interface ConfirmDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** What is lost, by name. */
  children: ReactNode;
  /** Text of the deciding button: a verb and its object. */
  action: string;
  /** Must be typed before the deciding button works. */
  typeToConfirm?: string;
  pending?: string | false;
  onConfirm: () => void;
}

// Dialogs are loaded when the first of them opens: a page that is only looked at does without.
const body = () => import('./dialog-body.tsx');
const LazyDialog = lazy(() => body().then((module) => ({ default: module.DialogBody })));
const LazyConfirmDialog = lazy(() => body().then((module) => ({ default: module.ConfirmDialogBody })));

/** True from the first time on that `open` was. */
function useWanted(open: boolean): boolean {
  const [wanted, setWanted] = useState(open);
  if (open && !wanted) setWanted(true);
  return wanted || open;
}

/** A question that needs the whole attention; on a phone it rises from below. */
export function Dialog(props: DialogProps) {
  if (!useWanted(props.open)) return null;
  return (
    <Suspense fallback={null}>
      <LazyDialog {...props} />
    </Suspense>
  );
}

/** Asks before something is lost. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  if (!useWanted(props.open)) return null;
  return (
    <Suspense fallback={null}>
      <LazyConfirmDialog {...props} />
    </Suspense>
  );
}
