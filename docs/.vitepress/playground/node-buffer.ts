const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** What the guard uses of Node's `Buffer`, with the same results. */
export class BrowserBuffer extends Uint8Array {
  static override from(value: unknown, encoding?: unknown): BrowserBuffer {
    if (typeof value !== "string") return new BrowserBuffer(value as ArrayLike<number>);
    if (encoding === "base64url") return fromBase64Url(value);
    if (encoding === "latin1")
      return new BrowserBuffer([...value].map((letter) => letter.charCodeAt(0) & 0xff));
    return new BrowserBuffer(new TextEncoder().encode(value));
  }

  static alloc(length: number): BrowserBuffer {
    return new BrowserBuffer(length);
  }

  static concat(list: readonly Uint8Array[]): BrowserBuffer {
    return new BrowserBuffer(list.flatMap((bytes) => [...bytes]));
  }

  override toString(encoding = "utf8"): string {
    if (encoding === "base64url") return toBase64Url(this);
    if (encoding === "latin1") return String.fromCharCode(...this);
    if (encoding === "hex") return [...this].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(this);
  }
}

/** Like Node's decoder, takes both alphabets, skips other characters, and ends at padding. */
function fromBase64Url(text: string): BrowserBuffer {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const letter of text.split("=", 1)[0] ?? "") {
    const digit = alphabet.indexOf(letter === "+" ? "-" : letter === "/" ? "_" : letter);
    if (digit < 0) continue;
    value = ((value << 6) | digit) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((value >> bits) & 0xff);
  }
  return new BrowserBuffer(bytes);
}

function toBase64Url(bytes: Uint8Array): string {
  let text = "";
  for (let index = 0; index < bytes.length; index += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(index, index + 3);
    const group = (first << 16) | (second << 8) | third;
    for (const shift of [18, 12, 6, 0]) text += alphabet.charAt((group >> shift) & 0x3f);
  }
  return text.slice(0, Math.ceil((bytes.length * 4) / 3));
}
