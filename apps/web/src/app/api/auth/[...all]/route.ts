import { handleApi } from '../../../../server/api.ts';

export const dynamic = 'force-dynamic';

const handler = (request: Request) => handleApi(request);

export {
  handler as DELETE,
  handler as GET,
  handler as OPTIONS,
  handler as PATCH,
  handler as POST,
  handler as PUT,
};
