'use client';
import dynamic from 'next/dynamic';

// Loaded when one is opened: a plan brings the diff and everything around it.
export const ProcessDialog = dynamic(
  () => import('./process-dialog.tsx').then((module) => module.ProcessDialog),
  {
    ssr: false,
  },
);
export const RemoveProcessDialog = dynamic(
  () => import('./remove-process-dialog.tsx').then((module) => module.RemoveProcessDialog),
  { ssr: false },
);
export const RunDialog = dynamic(() => import('./run-dialog.tsx').then((module) => module.RunDialog), {
  ssr: false,
});
