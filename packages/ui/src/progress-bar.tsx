import { clsx } from 'clsx';

interface ProgressBarProps {
  /** 0…1. */
  share: number;
  /** What is under way. */
  label: string;
  tone?: 'deploying' | 'unhealthy' | 'healthy' | 'disabled';
  className?: string;
}

const fill = {
  deploying: 'bg-deploying',
  unhealthy: 'bg-unhealthy',
  healthy: 'bg-healthy',
  disabled: 'bg-disabled',
};

/** How much of it is done, where that is known. */
export function ProgressBar({ share, label, tone = 'deploying', className }: ProgressBarProps) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className={clsx('h-1 overflow-hidden rounded-full bg-line', className)}
    >
      <div
        className={clsx('h-full rounded-full transition-[width] duration-500', fill[tone])}
        style={{ width: `${percent}%` }}
      />
    </div>
  );
}
