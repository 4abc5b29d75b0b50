import * as z from 'zod';

/** What every list takes: `cursor` is the id of the last row seen. */
export const pageFields = {
  cursor: z.uuid('This is not a cursor.').optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};

/** Cut one row more than asked into a page. */
export function pageOf<R extends { id: string }, V>(rows: readonly R[], limit: number, views: readonly V[]) {
  const last = rows[limit - 1];
  return {
    items: views.slice(0, limit),
    nextCursor: rows.length > limit && last !== undefined ? last.id : null,
  };
}

/** `where`, `take` and `orderBy` of a list with the newest first: ids are UUIDv7, which sort by time. */
export function newestFirst(page: { cursor?: string | undefined; limit: number }) {
  return {
    where: page.cursor === undefined ? {} : { id: { lt: page.cursor } },
    orderBy: { id: 'desc' as const },
    take: page.limit + 1,
  };
}
