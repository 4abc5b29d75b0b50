import type { RepositoryInspection } from '@fairlead/api/types';
import { runtimeNames } from '../../../../parts/runtime-names.ts';

type Field = RepositoryInspection['evidence'][number]['field'];

const labels: Record<Field, string> = {
  runtime: 'Runtime',
  installCommand: 'Install command',
  buildCommand: 'Build command',
  startCommand: 'Start command',
  documentRoot: 'Folder to serve',
  runtimeVersion: 'Version',
  containerFile: 'Container file',
  containerService: 'Service',
  containerPort: 'Port in the container',
  rootDirectory: 'Folder of the repository',
  healthPath: 'Health check path',
  port: 'Port',
};

/** Each value that was found, and the files and lines that led to it. */
export function FoundValues({ found }: { found: RepositoryInspection }) {
  const fields = (Object.keys(labels) as Field[]).filter((field) =>
    found.evidence.some((each) => each.field === field),
  );
  if (fields.length === 0) return null;
  return (
    <dl className="flex flex-col divide-y divide-line text-sm">
      {fields.map((field) => (
        <div key={field} className="grid gap-x-4 gap-y-1 py-2.5 sm:grid-cols-[9rem_minmax(0,1fr)]">
          <dt className="text-ink-muted">{labels[field]}</dt>
          <dd className="flex min-w-0 flex-col gap-1">
            <span className={field === 'runtime' ? '' : 'break-words font-mono text-xs'}>
              {shownValue(found, field)}
            </span>
            {found.evidence
              .filter((each) => each.field === field)
              .map(({ file, line, says }) => (
                <span key={`${file}:${line}:${says}`} className="break-words text-ink-muted text-xs">
                  <code className="font-mono">{line === null ? file : `${file}:${line}`}</code> {says}
                </span>
              ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What stands in the place of a value that is not said. */
function whereNull(runtime: RepositoryInspection['runtime']): Partial<Record<Field, string>> {
  return {
    rootDirectory: 'all of it',
    containerFile: 'Dockerfile',
    containerPort: '8080',
    ...(runtime === 'docker' ? { startCommand: 'the image’s own' } : {}),
  };
}

function shownValue({ runtime, suggestions }: RepositoryInspection, field: Field): string {
  if (field === 'runtime') return runtimeNames[runtime];
  const value = suggestions[field];
  return value === null ? (whereNull(runtime)[field] ?? 'none') : String(value);
}
