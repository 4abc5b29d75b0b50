'use client';
import type { Me } from '@fairlead/api/types';
import dynamic from 'next/dynamic';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';

const Palette = dynamic(() => import('./palette.tsx').then((module) => module.Palette), { ssr: false });

const OpenContext = createContext<() => void>(() => {});

/** Opens the command palette. */
export const usePalette = () => useContext(OpenContext);

/** Ctrl/⌘ K from everywhere. The palette itself is loaded when it is first asked for. */
export function PaletteHost({ me, children }: { me: Me; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.altKey) return;
      event.preventDefault();
      setWanted(true);
      setOpen((before) => !before);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <OpenContext
      value={() => {
        setWanted(true);
        setOpen(true);
      }}
    >
      {children}
      {wanted ? <Palette me={me} open={open} onOpenChange={setOpen} /> : null}
    </OpenContext>
  );
}
