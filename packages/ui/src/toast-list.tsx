'use client';
import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { useEffect } from 'react';
import { ToneIcon } from './state-badge.tsx';
import { type ToastMessage, takeMessages } from './toast.tsx';

/** Kept for the page's life, as are the messages in it. */
const manager = Toast.createToastManager<Pick<ToastMessage, 'tone' | 'action'>>();

function show({ title, description, tone, action }: ToastMessage): void {
  manager.add({
    title,
    description,
    data: { tone, action },
    priority: tone === 'unhealthy' ? 'high' : 'low',
    timeout: tone === 'unhealthy' ? 0 : 6000,
  });
}

function ToastList() {
  const { toasts } = Toast.useToastManager<Pick<ToastMessage, 'tone' | 'action'>>();
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="rounded-lg bg-raised shadow-pop transition-[opacity,translate] duration-200 data-limited:hidden data-ending-style:opacity-0 data-starting-style:translate-y-2 data-starting-style:opacity-0"
    >
      <Toast.Content className="flex items-start gap-2.5 p-3">
        <ToneIcon tone={toast.data?.tone ?? 'unknown'} className="mt-1" />
        <div className="min-w-0 flex-1">
          <Toast.Title className="font-medium text-sm" />
          <Toast.Description className="text-ink-muted text-sm" />
          {toast.data?.action ? <div className="mt-1 text-sm">{toast.data.action}</div> : null}
        </div>
        <Toast.Close
          aria-label="Close"
          className="flex size-6 shrink-0 items-center justify-center rounded-md text-ink-muted hover:bg-hover"
        >
          <X aria-hidden className="size-3.5" />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}

/** The corner itself; loaded with the first message. */
export function ToastCorner() {
  useEffect(() => takeMessages(show), []);
  return (
    <Toast.Provider toastManager={manager} limit={4}>
      <Toast.Portal>
        <Toast.Viewport className="fixed right-3 bottom-18 left-3 z-50 flex flex-col gap-2 sm:right-5 sm:bottom-5 sm:left-auto sm:w-96">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}
