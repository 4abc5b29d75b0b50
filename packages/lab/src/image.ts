import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { openAptCache } from './apt-cache.ts';
import { run } from './command.ts';
import { withFileLock } from './file-lock.ts';
import type { HostEnvironment } from './host-environment.ts';
import { LabError } from './lab-error.ts';
import { cacheRoot, fingerprint } from './place.ts';
import {
  aptOptionsOf,
  BARE_PACKAGES,
  BARE_SCRIPT,
  CODENAMES,
  type ImageKind,
  mirror,
  type Release,
  recipeOf,
  STOCKED_PACKAGES,
  STOCKED_SCRIPT,
  sourcesList,
} from './recipe.ts';

/** Called with a line to show while an image is being built. */
export type ImageProgress = (message: string) => void;

/**
 * Makes sure that the image exists in the cache and returns its read-only layers, uppermost first.
 * The first time takes half a minute (bare) or two (stocked); later it is a look at the disk.
 */
export async function ensureImage(
  release: Release,
  kind: ImageKind,
  host: HostEnvironment,
  onProgress: ImageProgress,
): Promise<string[]> {
  const below = kind === 'stocked' ? await ensureImage(release, 'bare', host, onProgress) : [];
  const layer = `${cacheRoot()}/images/${CODENAMES[release]}-${kind}-${fingerprint(recipeOf(release, kind, host))}`;
  if (await exists(layer)) return [layer, ...below];
  await withFileLock(`${layer}.lock`, async () => {
    if (await exists(layer)) return;
    const partial = `${layer}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    const cache = await openAptCache('127.0.0.1', { upstream: host.aptProxy });
    try {
      const build = { release, host, partial, proxy: cache.url, onProgress };
      await (kind === 'bare' ? buildBare(build) : buildStocked(build, below[0] ?? ''));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new LabError(`Debian ${release} (${kind}) could not be built from ${mirror()}: ${why}`, {
        cause,
      });
    } finally {
      await cache.close();
    }
    await rename(`${partial}/root`, layer);
    await rm(partial, { recursive: true, force: true });
  });
  return [layer, ...below];
}

interface Build {
  release: Release;
  host: HostEnvironment;
  /** Folder that becomes the layer: its `root` is renamed into place when all is done. */
  partial: string;
  proxy: string;
  onProgress: ImageProgress;
}

async function buildBare({ release, host, partial, proxy, onProgress }: Build): Promise<void> {
  const label = `Debian ${release} root`;
  const root = `${partial}/root`;
  onProgress(`${label}: bootstrapping`);
  const lasting = [...aptOptionsOf(release, host), 'Acquire::Languages "none";'];
  const options = [...lasting, `Acquire::http::Proxy "${proxy}";`];
  await run(
    [
      ...[...ISOLATED, 'mmdebstrap', '--mode=root', '--variant=minbase', '--format=directory'],
      ...options.map((option) => `--aptopt=${option}`),
      `--include=${BARE_PACKAGES.join(',')}`,
      ...[CODENAMES[release], root, ...sourcesList(release)],
    ],
    { onLine: reportLines(label, onProgress) },
  );
  await writeFile(`${root}/etc/apt/apt.conf.d/90host`, `${lasting.join('\n')}\n`);
  for (const [name, pem] of Object.entries(host.certificates)) {
    await writeFile(`${root}/usr/local/share/ca-certificates/${name}`, pem);
  }
  await run(['chroot', root, 'env', '-i', `PATH=${PATH}`, 'sh'], { input: BARE_SCRIPT });
}

async function buildStocked({ release, partial, proxy, onProgress }: Build, base: string): Promise<void> {
  const label = `Debian ${release} packages`;
  onProgress(`${label}: installing`);
  const script = `
    mkdir "$1/root" "$1/work" "$1/merged"
    mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/root,workdir=$1/work" "$1/merged"
    mount -t proc proc "$1/merged/proc"
    mount --rbind /dev "$1/merged/dev"
    mount -t tmpfs tmpfs "$1/merged/tmp"
    cp /etc/resolv.conf "$1/merged/etc/resolv.conf"
    echo 'Acquire::http::Proxy "'$3'";' > "$1/merged/etc/apt/apt.conf.d/91build"
    printf '%s' "$4" > "$1/merged/tmp/build"
    merged="$1/merged"; shift 4
    chroot "$merged" env -i PATH="$PATH" sh /tmp/build "$@"
    rm "$merged/etc/apt/apt.conf.d/91build"`;
  await run(
    [...ISOLATED, 'sh', '-euc', script, 'sh', partial, base, proxy, STOCKED_SCRIPT, ...STOCKED_PACKAGES],
    {
      onLine: reportLines(label, onProgress),
      env: { PATH },
    },
  );
}

// In a PID namespace of its own a build ends as a whole: with this process, however that ends, and with whatever a
// package's script left running.
const ISOLATED = [
  ...['setpriv', '--pdeathsig', 'KILL', 'unshare', '--mount', '--propagation', 'private'],
  ...['--pid', '--fork', '--kill-child', '--mount-proc'],
];

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Passes on what a reader can follow of a package manager's output, at most once a second. */
function reportLines(label: string, onProgress: ImageProgress): (line: string) => void {
  let lastMs = 0;
  return (line) => {
    const step = line.match(/^(?:I: (.+)|((?:Unpacking|Setting up) \S+).*|(Get:\d+) .*)$/);
    if (!step || Date.now() - lastMs < 1000) return;
    lastMs = Date.now();
    onProgress(`${label}: ${step[1] ?? step[2] ?? step[3]}`);
  };
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
