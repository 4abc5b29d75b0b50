'use client';

/** The frame itself could not be drawn: no style sheet to rely on. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body style={{ fontFamily: 'system-ui, sans-serif', padding: '15vh 1.5rem', textAlign: 'center' }}>
        <h1 style={{ fontSize: '1.25rem' }}>Fairlead could not be shown</h1>
        <p>Your servers are not touched by this. Look at the log of the web process.</p>
        <button type="button" onClick={reset}>
          Try again
        </button>
      </body>
    </html>
  );
}
