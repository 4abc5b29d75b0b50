import { type Finding, inFile, ok, problem } from '../finding.ts';
import { absent, type FrameworkName, type Scan } from '../scan.ts';
import { type Code, lineAt } from '../source/code.ts';
import { find, oneOf, string } from '../source/find.ts';
import type { Assigned } from './assignments.ts';
import { endOfExpression } from './jobs.ts';
import { judgeSecret } from './secret.ts';

/** What signs sessions and tokens. */
export function judgePythonSecrets(scan: Scan, codes: readonly Code[], framework: FrameworkName): Finding {
  const given = codes.flatMap((code) =>
    [
      ...find(code, ['.', 'secret_key', '=']).map((at) => at + 3),
      ...find(code, ['config', '[', string('SECRET_KEY'), ']', '=']).map((at) => at + 5),
      ...find(code, [oneOf('secret_key', 'SECRET_KEY', 'JWT_SECRET_KEY', 'JWT_SECRET'), '=']).map(
        (at) => at + 2,
      ),
      ...find(code, [string('SECRET_KEY'), ':']).map((at) => at + 2),
    ]
      .filter((from) => code.tokens[from]?.text !== '=')
      .map((from) => ({ code, value: { from, to: endOfExpression(code, from) } })),
  );
  const judged = given.map((each) => judgeSecret(scan, each, 'The secret', declared(codes, each)));
  const worst =
    judged.find(({ status }) => status === 'problem') ??
    judged.find(({ status }) => status === 'ok') ??
    judged[0];
  if (worst !== undefined) return worst;
  const uses =
    framework === 'flask'
      ? codes.flatMap((code) =>
          find(code, ['session', '[']).map((at) => inFile(code.path, lineAt(code, at), 'uses the session')),
        )
      : [];
  const prefixed = scan.variables('FLASK_SECRET_KEY') ?? scan.variables('SECRET_KEY');
  if (uses.length === 0) return absent(scan, 'Nothing is signed with a secret.');
  return prefixed === null
    ? problem('Sessions are signed with a secret that is not set.', ...uses)
    : ok('All backends are given the same secret.', prefixed.evidence('set'));
}

/** `settings.secret_key` of pydantic's BaseSettings, which reads it from SECRET_KEY. */
function declared(codes: readonly Code[], { code, value }: Assigned): string | null {
  const name = code.tokens[value.to - 1];
  if (name?.kind !== 'word' || code.tokens[value.to - 2]?.text !== '.') return null;
  const fields = codes.filter((each) => find(each, ['BaseSettings']).length > 0);
  return fields.some((each) => find(each, [name.text, ':', oneOf('str', 'SecretStr')]).length > 0)
    ? name.text.toUpperCase()
    : null;
}
