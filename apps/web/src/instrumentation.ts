/** Once, before the first request: says the setup token and begins to hear changes. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { controlPlane } = await import('./server/control-plane.ts');
  await controlPlane().start();
}
