export interface LatencyScale {
  mean: number;
  most: number;
  /** One or two round values to draw lines at, ms. */
  ticks: number[];
  /** SVG path of the line; a gap where nothing was measured. */
  lines: string;
  /** SVG path of the ground below the line. */
  areas: string;
  /** Height of a value, from the top, in the box's units. */
  topOf: (ms: number) => number;
}

/** The largest of 1, 2, 3, 4, 5, 10, 20… that is not more than `value`. */
function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([5, 4, 3, 2, 1].find((step) => step * power <= value) ?? 1) * power;
}

/** Stretches of neighbours that were measured: index of the first and its values. */
function runs(values: (number | null)[]): { from: number; values: number[] }[] {
  const found: { from: number; values: number[] }[] = [];
  for (const [index, value] of values.entries()) {
    if (value === null) continue;
    const last = found.at(-1);
    if (last && last.from + last.values.length === index) last.values.push(value);
    else found.push({ from: index, values: [value] });
  }
  return found;
}

const round = (value: number) => Math.round(value * 10) / 10;

/** Fits the values into a box; at least one of them is a number. */
export function latencyScale(
  values: (number | null)[],
  box: { width: number; height: number },
): LatencyScale {
  const known = values.filter((value) => value !== null);
  const most = Math.max(...known);
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const top = Math.max(most * 1.2, 0.1);
  const tick = roundDown(top / 2);
  const topOf = (ms: number) => round(box.height - (ms / top) * box.height);
  const leftOf = (index: number) => round(((index + 0.5) / values.length) * box.width);
  const drawn = runs(values).map(({ from, values: stretch }) => {
    // A value between two gaps is a line as wide as its bar.
    const points =
      stretch.length === 1
        ? [-0.4, 0.4].map((aside) => `${leftOf(from + aside)} ${topOf(stretch[0] ?? 0)}`)
        : stretch.map((value, index) => `${leftOf(from + index)} ${topOf(value)}`);
    const [first = '0 0', last = '0 0'] = [points[0], points.at(-1)];
    return {
      line: `M${points.join('L')}`,
      area: `M${first.split(' ')[0]} ${box.height}L${points.join('L')}L${last.split(' ')[0]} ${box.height}Z`,
    };
  });
  return {
    mean,
    most,
    ticks: [tick, tick * 2].filter((value) => value <= top),
    lines: drawn.map((each) => each.line).join(''),
    areas: drawn.map((each) => each.area).join(''),
    topOf,
  };
}
