/** What is used of a token of markdown-it. */
interface Token {
  type: string;
  tag: string;
  content: string;
}

/** The cell above the first column of many tables is empty, and names nothing: it is not a header. */
export function emptyHeadersAreCells({ tokens }: { readonly tokens: readonly Token[] }): void {
  for (const [index, token] of tokens.entries()) {
    const [content, end] = tokens.slice(index + 1, index + 3);
    if (token.type !== "th_open" || content?.content !== "" || end === undefined) continue;
    token.tag = "td";
    end.tag = "td";
  }
}
