/**
 * Cuts a byte stream into lines without ever holding more than `limit` bytes of an unfinished one.
 * Returns a function to feed; it answers false when a line grew too long (and the rest of the stream means nothing).
 */
export function lineSplitter(limit: number, onLine: (line: string) => void): (chunk: Buffer) => boolean {
  let pending: Buffer[] = [];
  let size = 0;
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const piece = chunk.subarray(start, end);
      start = end + 1;
      if (size + piece.length > limit) return false;
      const line = size === 0 ? piece : Buffer.concat([...pending, piece]);
      pending = [];
      size = 0;
      onLine(line.toString('utf8'));
    }
    const rest = chunk.subarray(start);
    if (rest.length > 0) {
      size += rest.length;
      if (size > limit) return false;
      pending.push(rest);
    }
    return true;
  };
}
