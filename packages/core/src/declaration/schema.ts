import * as z from 'zod';
import { runtimes } from '../app/runtimes.ts';
import { appPortSchema } from '../fields/address.ts';
import {
  commandSchema,
  containerFileSchema,
  containerPortSchema,
  containerServiceSchema,
  documentRootSchema,
  healthPathSchema,
  runtimeVersionSchema,
} from '../fields/text.ts';
import { declaredProcesses } from '../process/settings.ts';

/** What `fairlead.yml` may say of its app, under the names of the API; each takes the place of what the files suggest (docs/fairlead-yml.md). */
export const declarationSchema = z.strictObject({
  runtime: z.enum(runtimes).optional().describe('What the app runs on.'),
  runtimeVersion: runtimeVersionSchema
    .optional()
    .describe('Of Node.js or Python: 22, 22.12 or >=3.11; null: whichever the server has.'),
  rootDirectory: documentRootSchema
    .optional()
    .describe('The folder of the repository that is the app; null: all of it.'),
  installCommand: commandSchema.optional().describe('Installs packages in a new release; null: nothing.'),
  buildCommand: commandSchema.optional().describe('Builds a new release; null: nothing.'),
  startCommand: commandSchema
    .optional()
    .describe(
      'Starts an app of Node.js or Python, which listens on 127.0.0.1 at $PORT; of Docker in place of the image’s own command.',
    ),
  containerFile: containerFileSchema
    .optional()
    .describe(
      'Of Docker, within the folder: a Dockerfile or a compose file, .yml or .yaml; null: Dockerfile.',
    ),
  containerService: containerServiceSchema
    .optional()
    .describe(
      'The service of a compose file that answers requests; null: the only one that is built, of several the only one with ports.',
    ),
  containerPort: containerPortSchema
    .optional()
    .describe('Where the app listens in its container; null: 8080.'),
  documentRoot: documentRootSchema.optional().describe('The folder to serve, of PHP and static files.'),
  healthPath: healthPathSchema.optional().describe('What health checks ask for.'),
  port: appPortSchema.optional().describe('Where each backend listens for the balancer.'),
  workers: declaredProcesses.workers.optional().describe('Queue workers by name; read at each deployment.'),
  cron: declaredProcesses.cron.optional().describe('Cron entries by name; read at each deployment.'),
  commands: declaredProcesses.commands.optional().describe('Commands that are run by hand, by name.'),
});
export type Declaration = z.output<typeof declarationSchema>;

/** The same for editors: `docs/fairlead.schema.json`. */
export function declarationJsonSchema(): object {
  return {
    ...z.toJSONSchema(declarationSchema, { io: 'input', target: 'draft-7' }),
    title: 'fairlead.yml',
    description: 'What a repository says of its app to Fairlead.',
  };
}
