/** What is used of a token of markdown-it. */
interface Token {
  type: string;
  tag: string;
  content: string;
  children: readonly { readonly type: string; readonly content: string }[] | null;
  attrSet(name: string, value: string): void;
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

/** Gives each row about an option an anchor: the first cell begins with the option's name, as code. */
export function optionsHaveAnchors({ tokens }: { readonly tokens: readonly Token[] }): void {
  const used = new Map<string, number>();
  for (const [index, token] of tokens.entries()) {
    const isFirstCell = token.type === "td_open" && tokens[index - 1]?.type === "tr_open";
    const [first] = tokens[index + 1]?.children ?? [];
    if (!isFirstCell || first?.type !== "code_inline") continue;
    const name = first.content.replaceAll(/[^\w-]/g, "");
    if (name === "") continue;
    const count = (used.get(name) ?? 0) + 1;
    used.set(name, count);
    token.attrSet("id", `option-${name}${count > 1 ? `-${count}` : ""}`);
  }
}

/**
 * For the search: each row about an option is a section with the option's name as its title, so that a search
 * for the name finds the row before the sections that mention it. A code has its own page, which is the one
 * to find.
 */
export function optionsAreSections(html: string): string {
  return html.replaceAll(/<td id="(option-[^"<]+)"[^<>]*>/g, (cell, id: string, start: number) => {
    if (/^option-[a-z]+(?:_[a-z]+)+(?:-\d+)?$/.test(id)) return cell;
    const name = html.slice(start + cell.length, html.indexOf("</td>", start));
    return `<h4>${name}<a href="#${id}"></a></h4>${cell}`;
  });
}
