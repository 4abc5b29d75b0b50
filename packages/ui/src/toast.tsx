'use client';
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import type { Tone } from './states.ts';

export interface ToastMessage {
  title: string;
  description?: string;
  tone: Tone;
  /** A link to where it goes on. */
  action?: ReactNode;
}

// For the page's life, so that code outside of React may speak up too: what nobody showed yet, and who shows it.
const waiting: ToastMessage[] = [];
let taker: ((message: ToastMessage) => void) | undefined;
let onFirst: (() => void) | undefined;

/** Says something in the corner for a few seconds; what went wrong stays until it is closed. */
export function notify(message: ToastMessage): void {
  if (taker) {
    taker(message);
    return;
  }
  waiting.push(message);
  onFirst?.();
}

/** Hands over what was said and what will be. Answers how to stop. */
export function takeMessages(take: (message: ToastMessage) => void): () => void {
  taker = take;
  for (const message of waiting.splice(0)) take(message);
  return () => {
    taker = undefined;
  };
}

const ToastCorner = lazy(() =>
  import('./toast-list.tsx').then((module) => ({ default: module.ToastCorner })),
);

/** Where {@link notify} shows up; once on a page. The corner is loaded with its first message. */
export function Toaster() {
  const [wanted, setWanted] = useState(false);
  useEffect(() => {
    onFirst = () => setWanted(true);
    if (waiting.length > 0) setWanted(true);
    return () => {
      onFirst = undefined;
    };
  }, []);
  return wanted ? (
    <Suspense fallback={null}>
      <ToastCorner />
    </Suspense>
  ) : null;
}
