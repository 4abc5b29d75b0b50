/** Shapes of every answer, for programs that read the API; types alone, nothing of the server is imported with them. */
export type * from './schemas/index.ts';
