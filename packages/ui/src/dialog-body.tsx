'use client';
import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import { clsx } from 'clsx';
import { X } from 'lucide-react';
import { useId, useState } from 'react';
import { backdropClasses } from './backdrop.ts';
import { Button } from './button.tsx';
import type { ConfirmDialogProps, DialogProps } from './dialog.tsx';
import { Input } from './field.tsx';

const popupClasses =
  'w-full rounded-lg bg-raised shadow-pop outline-none transition-[opacity,translate] duration-150 data-ending-style:translate-y-1 data-ending-style:opacity-0 data-starting-style:translate-y-1 data-starting-style:opacity-0';
const viewportClasses =
  'fixed inset-0 z-50 flex items-end justify-center overflow-y-auto overscroll-contain p-2 sm:items-start sm:p-6 sm:pt-[12vh]';

/** {@link Dialog}, once it is wanted. */
export function DialogBody({ open, onOpenChange, title, description, children, footer, wide }: DialogProps) {
  return (
    <BaseDialog.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className={backdropClasses} />
        <BaseDialog.Viewport className={viewportClasses}>
          <BaseDialog.Popup className={clsx(popupClasses, wide ? 'max-w-3xl' : 'max-w-lg')}>
            <header className="flex items-start gap-4 px-5 pt-5 pb-4">
              <div className="min-w-0 flex-1">
                <BaseDialog.Title className="font-medium text-lg">{title}</BaseDialog.Title>
                {description ? (
                  <BaseDialog.Description className="mt-1 text-ink-muted text-sm">
                    {description}
                  </BaseDialog.Description>
                ) : null}
              </div>
              <BaseDialog.Close
                aria-label="Close"
                className="-m-1 flex size-7 items-center justify-center rounded-md text-ink-muted hover:bg-hover hover:text-ink"
              >
                <X aria-hidden className="size-4" />
              </BaseDialog.Close>
            </header>
            <div className="px-5 pb-5">{children}</div>
            {footer ? (
              <footer className="flex flex-wrap justify-end gap-2 border-t px-5 py-3">{footer}</footer>
            ) : null}
          </BaseDialog.Popup>
        </BaseDialog.Viewport>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}

/** {@link ConfirmDialog}, once it is wanted. */
export function ConfirmDialogBody(props: ConfirmDialogProps) {
  const { open, onOpenChange, title, children, action, typeToConfirm, pending, onConfirm } = props;
  const [typed, setTyped] = useState('');
  const id = useId();
  const allowed = typeToConfirm === undefined || typed === typeToConfirm;
  return (
    <AlertDialog.Root
      open={open}
      onOpenChange={(next) => {
        setTyped('');
        onOpenChange(next);
      }}
    >
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={backdropClasses} />
        <AlertDialog.Viewport className={viewportClasses}>
          <AlertDialog.Popup className={clsx(popupClasses, 'max-w-md')}>
            <form
              onSubmit={(event) => {
                event.preventDefault();
                if (allowed && !pending) onConfirm();
              }}
            >
              <div className="px-5 pt-5 pb-5">
                <AlertDialog.Title className="font-medium text-lg">{title}</AlertDialog.Title>
                <AlertDialog.Description
                  render={<div />}
                  className="mt-2 flex flex-col gap-2 text-ink-muted text-sm"
                >
                  {children}
                </AlertDialog.Description>
                {typeToConfirm === undefined ? null : (
                  <div className="mt-4 flex flex-col gap-1.5">
                    <label htmlFor={id} className="text-sm">
                      Type <b className="select-all font-medium">{typeToConfirm}</b> to confirm
                    </label>
                    <Input id={id} value={typed} onChange={(event) => setTyped(event.target.value)} />
                  </div>
                )}
              </div>
              <footer className="flex flex-wrap justify-end gap-2 border-t px-5 py-3">
                <AlertDialog.Close render={<Button>Keep it as it is</Button>} />
                <Button type="submit" variant="primary" disabled={!allowed} pending={pending}>
                  {action}
                </Button>
              </footer>
            </form>
          </AlertDialog.Popup>
        </AlertDialog.Viewport>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
