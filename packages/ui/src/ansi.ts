/** Colours of the terminal's eight, or none. */
export type AnsiColour = 'black' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'white';

export interface AnsiSpan {
  text: string;
  colour?: AnsiColour;
  bold?: boolean;
  dim?: boolean;
}

const colours: AnsiColour[] = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

// Every escape sequence of ECMA-48: CSI …final, OSC … BEL or ST, and two-character ones. Only CSI … m has a meaning here.
const escapes =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are control characters
  /\u001b\[([0-9;:?<=>]*)[ -/]*([@-~])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[ -/]*[0-~]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what is left of control characters is not shown
const controls = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

type Style = Omit<AnsiSpan, 'text'>;

function restyle(style: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map(Number);
  let next = style;
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    if (code === 0) next = {};
    else if (code === 1) next = { ...next, bold: true };
    else if (code === 2) next = { ...next, dim: true };
    else if (code === 22) next = { ...next, bold: undefined, dim: undefined };
    else if (code === 39) next = { ...next, colour: undefined };
    else if (code >= 30 && code <= 37) next = { ...next, colour: colours[code - 30] };
    else if (code >= 90 && code <= 97) next = { ...next, colour: colours[code - 90] };
    else if (code === 38 || code === 48) index += codes[index + 1] === 5 ? 2 : 4; // 256 colours and RGB: passed over
  }
  return next;
}

/**
 * One line of a program's output as spans of plain text. Nothing becomes markup: a `<script>` in a log is seven letters and two brackets.
 * A carriage return starts the line again, as progress bars do.
 */
export function parseAnsi(line: string): AnsiSpan[] {
  const last = line.replace(/\r+$/, '').split('\r').at(-1) ?? '';
  const spans: AnsiSpan[] = [];
  let style: Style = {};
  let from = 0;
  const push = (text: string) => {
    const clean = text.replace(controls, '');
    if (clean !== '') spans.push({ text: clean, ...style });
  };
  for (const match of last.matchAll(escapes)) {
    push(last.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[2] === 'm') style = restyle(style, match[1] ?? '');
  }
  push(last.slice(from));
  return spans;
}

/** The line as plain text: what is copied and searched. */
export function stripAnsi(line: string): string {
  return parseAnsi(line)
    .map((span) => span.text)
    .join('');
}
