/** A value in DER, X.690: tag, length, content. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length]), bytes, content]);
}

/** `1.2.840.10045.4.3.2` as its bytes. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [40 * first + second, ...rest].flatMap((part) => {
    const groups = [part & 0x7f];
    for (let left = part >>> 7; left > 0; left >>>= 7) groups.unshift(0x80 | (left & 0x7f));
    return groups;
  });
  return der(0x06, Buffer.from(bytes));
}

/** The content of the value at the beginning of `bytes`; null where it is not of that tag, or torn. */
export function contentOf(bytes: Uint8Array, tag: number): Buffer | null {
  const [found, first = 0] = bytes;
  if (found !== tag) return null;
  const count = first < 0x80 ? 0 : first & 0x7f;
  if (count > 3) return null;
  const length =
    count === 0 ? first : Number.parseInt(Buffer.from(bytes.slice(2, 2 + count)).toString('hex'), 16);
  const content = Buffer.from(bytes).subarray(2 + count, 2 + count + length);
  return content.length === length ? content : null;
}
