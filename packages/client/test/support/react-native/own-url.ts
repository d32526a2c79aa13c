/**
 * React Native 0.88's own `URL` (Libraries/Blob/URL.js), as far as a client could use it: it keeps the text
 * as it is, reads its parts with regular expressions, and has only getters.
 */
export class ReactNativeURL {
  readonly #text: string;

  constructor(text: string, base?: string | ReactNativeURL) {
    if (!base || /^(?:https?|ftp):\/\//.test(text)) this.#text = text;
    else this.#text = `${String(base).replace(/\/$/, "")}/${text.replace(/^\//, "")}`;
  }

  get href(): string {
    return this.#text;
  }
  get origin(): string {
    return /^https?:\/\/[^/]+/.exec(this.#text)?.[0] ?? "";
  }
  get protocol(): string {
    return /^[a-zA-Z][a-zA-Z\d+\-.]*:/.exec(this.#text)?.[0] ?? "";
  }
  get hostname(): string {
    return /^https?:\/\/(?:[^@]+@)?([^:/?#]+)/.exec(this.#text)?.[1] ?? "";
  }
  get username(): string {
    return /^https?:\/\/([^:@]+)(?::[^@]*)?@/.exec(this.#text)?.[1] ?? "";
  }
  get password(): string {
    return /https?:\/\/.*:(.*)@/.exec(this.#text)?.[1] ?? "";
  }
  get pathname(): string {
    return /https?:\/\/[^/]+(\/[^?#]*)?/.exec(this.#text)?.[1] || "/";
  }
  get search(): string {
    return /\?[^#]*/.exec(this.#text)?.[0] ?? "";
  }
  get hash(): string {
    return /#[^/]*/.exec(this.#text)?.[0] ?? "";
  }
  toString(): string {
    return this.#text;
  }
}
