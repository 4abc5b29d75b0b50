import { dollarVariableName } from './names.ts';
import type { Slug } from './spec.ts';
import { block, type ConfigNode, directive } from './tree.ts';

/**
 * A text in which `$` is `$`: Nginx has no escape for it, but a variable may hold one. The variable comes from {@link dollar}.
 * @see https://nginx.org/en/docs/http/ngx_http_geo_module.html
 */
export function literal(app: Slug, text: string): string {
  return text.replaceAll('$', `\${${dollarVariableName(app)}}`);
}

/** The inverse of {@link literal}. */
export function readLiteral(app: Slug, argument: string): string {
  return argument.replaceAll(`\${${dollarVariableName(app)}}`, '$');
}

/** The variable that holds a `$`, where one of the texts needs it. */
export function dollar(app: Slug, texts: readonly string[]): ConfigNode[] {
  if (!texts.some((text) => text.includes('$'))) return [];
  return [block('geo', [`$${dollarVariableName(app)}`], directive('default', '$'))];
}
