import * as z from 'zod';

const newest = 2_147_483_647;

/** The number of a load balancer's desired state. */
export const generationSchema = z.int().min(0).max(newest);
/** The same in a path or a query, where it comes as digits. */
export const generationTextSchema = z.coerce.number().int().min(0).max(newest);
