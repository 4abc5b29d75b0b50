/** Longest head and longest body that are read to their end, in bytes; a longer body ends the connection instead. */
const maxHeadBytes = 32 << 10;
const maxBodyBytes = 256 << 10;

type Body = 'none' | 'counted' | 'chunked' | 'until-close';

/**
 * Reads one HTTP/1 response (RFC 9112) for its status and its end, keeping nothing of the body. Interim answers (1xx) are passed over.
 * Feed it until it says `done`; `invalid` means that this is not HTTP.
 */
export class ResponseReader {
  /** 0 until the final status line was read. */
  status = 0;
  /** Whether the connection may carry another request: the response ended cleanly and nobody asked for the end. */
  reusable = false;
  #head = '';
  #inBody = false;
  #body: Body = 'none';
  #left = 0;
  #seen = 0;
  #chunkState: 'size' | 'data' | 'trailer' = 'size';
  #line = '';
  #keep = true;

  feed(chunk: Buffer): 'more' | 'done' | 'invalid' {
    let at = 0;
    while (!this.#inBody) {
      const before = this.#head.length;
      this.#head += chunk.toString('latin1', at);
      const end = this.#head.indexOf('\r\n\r\n', Math.max(0, before - 3));
      if (end === -1) return this.#looksLikeHttp() && this.#head.length <= maxHeadBytes ? 'more' : 'invalid';
      if (!this.#readHead(this.#head.slice(0, end))) return 'invalid';
      at += end + 4 - before;
      this.#head = '';
    }
    return this.#readBody(chunk, at);
  }

  /** The connection ended. True when that completes the response. */
  end(): boolean {
    this.reusable = false;
    return this.#inBody && this.#body === 'until-close';
  }

  #looksLikeHttp(): boolean {
    return this.#head.startsWith('HTTP/1.'.slice(0, this.#head.length));
  }

  #readHead(head: string): boolean {
    const status = /^HTTP\/1\.([01]) (\d{3})(?: |$|\r)/.exec(head);
    if (!status) return false;
    const code = Number(status[2]);
    if (code >= 100 && code < 200) return code !== 101;
    this.status = code;
    this.#inBody = true;
    const connection = header(head, 'connection')?.toLowerCase() ?? '';
    this.#keep = status[1] === '1' ? !connection.includes('close') : connection.includes('keep-alive');
    const length = header(head, 'content-length');
    if (code === 204 || code === 304) this.#body = 'none';
    else if (header(head, 'transfer-encoding')?.toLowerCase().includes('chunked')) this.#body = 'chunked';
    else if (length === undefined) this.#body = 'until-close';
    else if (!/^\d{1,15}$/.test(length)) return false;
    else {
      this.#body = 'counted';
      this.#left = Number(length);
    }
    return true;
  }

  #readBody(chunk: Buffer, at: number): 'more' | 'done' | 'invalid' {
    const size = chunk.length - at;
    this.#seen += size;
    if (this.#body === 'none') return this.#finish(size === 0);
    if (this.#body === 'counted' && size >= this.#left) return this.#finish(size === this.#left);
    if (this.#seen > maxBodyBytes || (this.#body === 'counted' && this.#left > maxBodyBytes))
      return this.#finish(false);
    if (this.#body === 'counted') this.#left -= size;
    else if (this.#body === 'chunked') return this.#readChunks(chunk, at);
    return 'more';
  }

  #readChunks(chunk: Buffer, start: number): 'more' | 'done' | 'invalid' {
    let at = start;
    while (at < chunk.length) {
      if (this.#chunkState === 'data') {
        const taken = Math.min(this.#left, chunk.length - at);
        this.#left -= taken;
        at += taken;
        if (this.#left === 0) this.#chunkState = 'size';
        continue;
      }
      const end = chunk.indexOf(10, at);
      this.#line += chunk.toString('latin1', at, end === -1 ? chunk.length : end);
      if (this.#line.length > 4096) return 'invalid';
      if (end === -1) return 'more';
      at = end + 1;
      const line = this.#line.trimEnd();
      this.#line = '';
      if (this.#chunkState === 'trailer') {
        if (line === '') return this.#finish(at === chunk.length);
      } else if (!this.#readChunkSize(line)) return 'invalid';
    }
    return 'more';
  }

  #readChunkSize(line: string): boolean {
    if (line === '' && this.#left === 0 && this.#chunkState === 'size') return true;
    const size = /^([0-9a-fA-F]{1,8})(?:[;\s].*)?$/.exec(line)?.[1];
    if (size === undefined) return false;
    this.#left = Number.parseInt(size, 16);
    this.#chunkState = this.#left === 0 ? 'trailer' : 'data';
    return true;
  }

  #finish(clean: boolean): 'done' {
    this.reusable = clean && this.#keep;
    return 'done';
  }
}

function header(head: string, name: string): string | undefined {
  let from = head.indexOf('\r\n');
  while (from !== -1) {
    const start = from + 2;
    const end = head.indexOf('\r\n', start);
    if (head.length > start + name.length && head.charCodeAt(start + name.length) === 58) {
      const found = head.slice(start, start + name.length).toLowerCase() === name;
      if (found) return head.slice(start + name.length + 1, end === -1 ? undefined : end).trim();
    }
    from = end;
  }
  return undefined;
}
