import * as z from 'zod';
import { pageFields } from '../page.ts';

export const listAuditInput = z.strictObject({ ...pageFields });
