'use client';
import { clsx } from 'clsx';
import { LoaderCircle } from 'lucide-react';
import type { ComponentProps, MouseEvent, ReactNode } from 'react';
import { type ButtonSize, type ButtonVariant, buttonClasses } from './button-classes.ts';

/** A disabled button keeps its place in the Tab order and its name, so that nobody looks for it in vain. */
function soften(disabled: boolean, onClick: ComponentProps<'button'>['onClick']) {
  return {
    'aria-disabled': disabled || undefined,
    onClick: disabled ? (event: MouseEvent<HTMLButtonElement>) => event.preventDefault() : onClick,
  };
}

interface ButtonProps extends ComponentProps<'button'> {
  variant?: ButtonVariant;
  size?: ButtonSize;
  /** What is going on while the press is being answered, e.g. `Adding server…`; the button is then busy. */
  pending?: string | false | undefined;
  icon?: ReactNode;
}

/** The one button. `primary` once on a screen. */
export function Button(props: ButtonProps) {
  const { variant, size, pending, icon, children, className, disabled, onClick, ...rest } = props;
  return (
    <button
      type="button"
      {...rest}
      {...soften(disabled === true || Boolean(pending), onClick)}
      className={clsx(buttonClasses(variant, size), className)}
    >
      {pending ? <LoaderCircle aria-hidden className="size-3.5 animate-turn" /> : icon}
      {pending || children}
    </button>
  );
}
