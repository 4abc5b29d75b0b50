'use client';
import dynamic from 'next/dynamic';

// Loaded when one is opened: a plan brings the diff and everything around it.
export const AddBackendDialog = dynamic(
  () => import('./add-backend-dialog.tsx').then((module) => module.AddBackendDialog),
  { ssr: false },
);
export const ChangeMethodDialog = dynamic(
  () => import('./change-method-dialog.tsx').then((module) => module.ChangeMethodDialog),
  { ssr: false },
);
export const SlowStartDialog = dynamic(
  () => import('./slow-start-dialog.tsx').then((module) => module.SlowStartDialog),
  { ssr: false },
);
export const BackendOptionsDialog = dynamic(
  () => import('./backend-options-dialog.tsx').then((module) => module.BackendOptionsDialog),
  { ssr: false },
);
export const MaintenanceDialog = dynamic(
  () => import('./maintenance-dialog.tsx').then((module) => module.MaintenanceDialog),
  { ssr: false },
);
export const MoveDialog = dynamic(() => import('./move-dialog.tsx').then((module) => module.MoveDialog), {
  ssr: false,
});
export const FinishMoveDialog = dynamic(
  () => import('./finish-move-dialog.tsx').then((module) => module.FinishMoveDialog),
  { ssr: false },
);
export const StayDialog = dynamic(
  () => import('./finish-move-dialog.tsx').then((module) => module.StayDialog),
  { ssr: false },
);
export const ForgetFormerDialog = dynamic(
  () => import('./finish-move-dialog.tsx').then((module) => module.ForgetFormerDialog),
  { ssr: false },
);
export const RemoveBackendDialog = dynamic(
  () => import('./remove-backend-dialog.tsx').then((module) => module.RemoveBackendDialog),
  { ssr: false },
);
export const StreamDialog = dynamic(
  () => import('./stream-dialog.tsx').then((module) => module.StreamDialog),
  { ssr: false },
);
export const RemoveStreamDialog = dynamic(
  () => import('./remove-stream-dialog.tsx').then((module) => module.RemoveStreamDialog),
  { ssr: false },
);
export const DisableDialog = dynamic(
  () => import('./disable-dialog.tsx').then((module) => module.DisableDialog),
  { ssr: false },
);
