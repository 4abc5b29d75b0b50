import type { Checklist } from '@fairlead/api/types';

type Piece = Checklist['items'][number]['evidence'][number];

/** `config/session.php:21`, `SESSION_DRIVER`, or both; null where words alone tell. */
function placeOf({ path, line, variable }: Piece): string | null {
  const file = path === null ? null : line === null ? path : `${path}:${line}`;
  return [variable, file].filter((part) => part !== null).join(' in ') || null;
}

/** What a finding rests on. */
export function Evidence({ evidence }: { evidence: Piece[] }) {
  if (evidence.length === 0) return null;
  return (
    <ul className="flex flex-col gap-0.5">
      {evidence.map((piece) => {
        const place = placeOf(piece);
        return (
          <li key={`${place} ${piece.text}`} className="break-words text-ink-muted">
            {place === null ? null : <code className="break-all font-mono text-ink text-xs">{place}</code>}
            {place === null ? null : ' '}
            {piece.text}
          </li>
        );
      })}
    </ul>
  );
}
