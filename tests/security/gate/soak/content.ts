/** Bytes that show whose they are: `alice:17|alice:17|…`, cut to a length. */
export interface Content {
  readonly length: number;
  /** The bytes from an offset on, at most one block. */
  at(offset: number): Buffer;
}

const blockSize = 65_536;

export function contentOf(user: string, nonce: string, length: number): Content {
  const unit = Buffer.from(`${user}:${nonce}|`);
  const block = Buffer.alloc(blockSize + unit.length);
  for (let offset = 0; offset < block.length; offset += unit.length) unit.copy(block, offset);
  return {
    length,
    at: (offset) => {
      const start = offset % unit.length;
      return block.subarray(start, start + Math.min(blockSize, length - offset));
    },
  };
}

/** All of it, as a stream's source. */
export function* blocksOf(content: Content): Generator<Buffer> {
  for (let offset = 0; offset < content.length; ) {
    const block = content.at(offset);
    yield block;
    offset += block.length;
  }
}

/** Compares bytes as they arrive. */
export class ContentCheck {
  received = 0;
  isRight = true;
  readonly #content: Content;

  constructor(content: Content) {
    this.#content = content;
  }

  add(bytes: Buffer): void {
    for (let done = 0; done < bytes.length && this.isRight; ) {
      const expected = this.#content.at(this.received);
      const length = Math.min(expected.length, bytes.length - done);
      const part = bytes.subarray(done, done + length);
      this.isRight = length > 0 && part.equals(expected.subarray(0, length));
      this.received += length;
      done += length;
    }
  }

  get isWhole(): boolean {
    return this.isRight && this.received === this.#content.length;
  }
}
