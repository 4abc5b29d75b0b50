import { networkListUrlSchema } from '@fairlead/nginx/http-settings';
import * as z from 'zod';

export const readNetworkListInput = z.strictObject({ url: networkListUrlSchema });
