/** What a person chose to see; `system` follows the machine. */
export type Theme = 'system' | 'light' | 'dark';

/** Applies the theme now and keeps it in a cookie, so that the next page is painted in it from its first byte. */
export function setTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing over plain HTTP
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
}

/** The theme that is applied now. */
export function currentTheme(): Theme {
  const { theme } = document.documentElement.dataset;
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

/** Hears when the theme is changed, from wherever. */
export function subscribeTheme(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => observer.disconnect();
}
