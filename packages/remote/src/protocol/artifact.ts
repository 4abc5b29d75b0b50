import { z } from 'zod';
import { releaseId, sha256, slug, type Verbs } from './words.ts';

/** Characters of Base64: what the host program takes of a manifest, which is 12 MiB. */
const maxManifestLength = 16 << 20;

/** Of builds that go from one server to others. */
export const artifactVerbs = {
  /** What a finished build is made of; null where it was made by an older host program, or has more than 200,000 entries. `manifest` is the host program’s own, in Base64. */
  'artifact.describe': {
    fenced: false,
    input: z.object({ app: slug, releaseId }),
    result: z.object({
      artifact: z.object({ digest: sha256, files: z.int(), bytes: z.int(), manifest: z.string() }).nullable(),
    }),
  },
  /** Keeps the manifest of a build that is to come here; answers the files, by their places in it, that no earlier release has. `present`: it is built here already. */
  'artifact.compare': {
    fenced: true,
    input: z.object({ app: slug, releaseId, manifest: z.string().max(maxManifestLength) }),
    result: z.object({ present: z.boolean(), places: z.array(z.int()) }),
  },
  /** Packs files of a build, to be read under `name`. Errors: conflict where a file has changed since the build. */
  'artifact.pack': {
    fenced: false,
    input: z.object({ app: slug, releaseId, digest: sha256, places: z.array(z.int()) }),
    result: z.object({ name: z.string(), bytes: z.int() }),
  },
  /** Up to 4 MiB of a pack, in Base64. */
  'artifact.read': {
    fenced: false,
    input: z.object({ app: slug, releaseId, name: z.string().max(64), offset: z.int().min(0) }),
    result: z.object({ data: z.string() }),
  },
  /** A piece of a pack for a build that is to come here; `bytes` are there now. */
  'artifact.write': {
    fenced: true,
    input: z.object({ app: slug, releaseId, offset: z.int().min(0), data: z.string() }),
    result: z.object({ bytes: z.int() }),
  },
  /** Takes away what was packed of a build. */
  'artifact.drop': {
    fenced: false,
    input: z.object({ app: slug, releaseId }),
    result: z.object({ removed: z.int() }),
  },
} as const satisfies Verbs;
