import { renderFront } from './front.ts';
import type { FrontSpec } from './front-spec.ts';
import { parseConfig } from './parse.ts';
import { readFront } from './read.ts';
import { serialise } from './serialise.ts';
import { cutSnippet } from './snippet.ts';
import { snippetFaults, snippetSchema } from './snippet-settings.ts';
import type { NginxCapabilities } from './spec.ts';
import { type Block, blocksNamed, type ConfigNode } from './tree.ts';

/** What somebody made of a front by hand, as a spec, and what of it no spec can say. */
export interface AdoptedFront {
  spec: FrontSpec;
  /** Directives that no setting stands for: they go on in the snippet. One statement an entry. */
  intoSnippet: string[];
  /** What can't be kept, each with the reason. */
  lost: { text: string; why: string }[];
  /** What was taken away or changed and is written again. */
  returns: string[];
}

/**
 * The front that an edited file asks for: settings where there are settings for it, and what Fairlead does not know in the snippet.
 * @param text of a file that {@link renderFront} wrote and somebody edited
 * @throws AppError `invalid-input` for a file that is no front of Fairlead's any more
 */
export function adoptFront(text: string, capabilities: NginxCapabilities): AdoptedFront {
  const stated = readFront(text);
  const theirs = parseConfig(cutSnippet(text).rest);
  const ours = parseConfig(cutSnippet(renderFront(stated, capabilities).content).rest);
  const [theirSite, ourSite] = [siteOf(theirs), siteOf(ours)];
  const beside = difference(
    theirs.filter((node) => node !== theirSite),
    ours.filter((node) => node !== ourSite),
  );
  const inside = difference(theirSite?.children ?? [], ourSite?.children ?? []);
  const intoSnippet: string[] = [];
  const lost = beside.extra.map(({ text, at }) => ({
    text,
    why: `Fairlead writes what stands ${at ?? 'beside the server block'}.`,
  }));
  for (const { text, at } of inside.extra) {
    const why = at === null ? refusalOf(text) : `Fairlead writes what stands ${at}.`;
    if (why === null) intoSnippet.push(text);
    else lost.push({ text, why });
  }
  const snippet = [stated.http.snippet, ...intoSnippet].filter((part) => part !== '').join('\n');
  const checked = snippetSchema.safeParse(snippet);
  const returns = [...beside.missing, ...inside.missing].map(({ text }) => text);
  if (checked.success) {
    return {
      spec: { ...stated, http: { ...stated.http, snippet: checked.data } },
      intoSnippet,
      lost,
      returns,
    };
  }
  const why = checked.error.issues[0]?.message ?? 'It is no snippet.';
  return {
    spec: stated,
    intoSnippet: [],
    lost: [...lost, ...intoSnippet.map((text) => ({ text, why }))],
    returns,
  };
}

function siteOf(nodes: readonly ConfigNode[]): Block | undefined {
  return blocksNamed(nodes, 'server').at(-1);
}

function refusalOf(text: string): string | null {
  return snippetFaults(text)[0]?.message ?? null;
}

interface Statement {
  text: string;
  /** Inside which of Fairlead's own blocks it stands, in words; null outside of them. */
  at: string | null;
}

/** What is in one list and not in the other, in both directions; blocks with the same head are compared by what they hold. Comments say nothing. */
function difference(
  theirs: readonly ConfigNode[],
  ours: readonly ConfigNode[],
  at: string | null = null,
): { extra: Statement[]; missing: Statement[] } {
  const said = (nodes: readonly ConfigNode[]) => nodes.filter(({ kind }) => kind !== 'comment');
  const rest = said(ours).map((node) => ({ node, text: textOf(node) }));
  const unknown = said(theirs).filter((node) => {
    const index = rest.findIndex(({ text }) => text === textOf(node));
    if (index >= 0) rest.splice(index, 1);
    return index < 0;
  });
  const extra: Statement[] = [];
  const missing: Statement[] = [];
  for (const node of unknown) {
    const index = node.kind === 'block' ? rest.findIndex((other) => headOf(other.node) === headOf(node)) : -1;
    const [twin] = index < 0 ? [] : rest.splice(index, 1);
    if (node.kind !== 'block' || twin?.node.kind !== 'block') {
      extra.push({ text: textOf(node), at });
      continue;
    }
    const within = difference(node.children, twin.node.children, `in ${headOf(node)}`);
    extra.push(...within.extra);
    missing.push(...within.missing);
  }
  return { extra, missing: [...missing, ...rest.map(({ text }) => ({ text, at }))] };
}

function headOf(node: ConfigNode): string | null {
  return node.kind === 'block' ? [node.name, ...node.args].join(' ') : null;
}

function textOf(node: ConfigNode): string {
  return serialise([node], 0).trimEnd();
}
