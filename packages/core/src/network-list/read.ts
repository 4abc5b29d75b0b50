import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { parseNetworkList } from './parse.ts';
import { readNetworkListInput } from './schemas.ts';

/** What a published list of networks says now, for whoever is about to trust it. Changes nothing. */
export const readNetworkList: UseCase<unknown, { networks: string[] }> = async (ctx, actor, input) => {
  authorize(actor, 'network-list.read');
  const { url } = parseInput(readNetworkListInput, input);
  return { networks: parseNetworkList(await ctx.networkLists.read(url)) };
};
