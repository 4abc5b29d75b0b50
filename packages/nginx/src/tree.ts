/** An Nginx configuration as data: what the renderer builds, the serialiser writes and the parser reads. */
export type ConfigNode = Directive | Block | Comment | Raw;

/** `name arg arg;` */
export interface Directive {
  kind: 'directive';
  name: string;
  /** As Nginx sees them after unquoting: no quotes, no escapes. */
  args: string[];
}

/** `name arg { … }` */
export interface Block {
  kind: 'block';
  name: string;
  args: string[];
  children: ConfigNode[];
}

/** `# text`, one line. */
export interface Comment {
  kind: 'comment';
  text: string;
}

/** Lines of somebody else, written as they are. The parser knows none: it reads them as what they say. */
export interface Raw {
  kind: 'raw';
  text: string;
}

/** `directive('listen', 80)` is `listen 80;` */
export function directive(name: string, ...args: (string | number)[]): Directive {
  return { kind: 'directive', name, args: args.map(String) };
}

/** `block('location', ['=', '/x'], directive('return', 404))` is `location = /x { return 404; }` */
export function block(name: string, args: (string | number)[], ...children: ConfigNode[]): Block {
  return { kind: 'block', name, args: args.map(String), children };
}

/** A line for the person who opens the file: why the next thing is there. */
export function comment(text: string): Comment {
  return { kind: 'comment', text };
}

/** The blocks of one name among `nodes`, in order; nested ones are not searched. */
export function blocksNamed(nodes: readonly ConfigNode[], name: string): Block[] {
  return nodes.filter((node): node is Block => node.kind === 'block' && node.name === name);
}

/** The directives of one name among `nodes`, in order; nested ones are not searched. */
export function directivesNamed(nodes: readonly ConfigNode[], name: string): Directive[] {
  return nodes.filter((node): node is Directive => node.kind === 'directive' && node.name === name);
}
