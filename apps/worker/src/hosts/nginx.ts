import type { Server } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { capabilitiesOf, type NginxCapabilities } from '@fairlead/nginx';
import { factsOf } from './needs.ts';

/** What the Nginx of a prepared server can do. @throws AppError `system-unsupported` when nobody has seen it yet */
export function nginxOf(server: Server): NginxCapabilities {
  const nginx = factsOf(server)?.nginx;
  if (nginx) return capabilitiesOf(nginx);
  throw new AppError('system-unsupported', `${server.name} has no Nginx yet.`, {
    server: server.name,
    hint: 'Prepare the server, then try again.',
  });
}
