/** The anchor that GitHub gives to a heading. The site has the same, so that a link works on both. */
export function githubSlug(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\- _]/gu, "")
    .replaceAll(" ", "-");
}

/** Changes the text outside blocks of code. */
function changeProse(markdown: string, change: (prose: string) => string): string {
  const lines = markdown.split("\n");
  const parts: string[] = [];
  let prose: string[] = [];
  let fence: string | undefined;
  for (const line of lines) {
    const [, mark] = /^ *(`{3,}|~{3,})/.exec(line) ?? [];
    if (fence === undefined && mark === undefined) {
      prose.push(line);
      continue;
    }
    if (prose.length > 0) parts.push(change(prose.join("\n")));
    prose = [];
    parts.push(line);
    if (fence === undefined) fence = mark;
    else if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined;
  }
  if (prose.length > 0) parts.push(change(prose.join("\n")));
  return parts.join("\n");
}

/** Changes the targets of links and images outside blocks of code. */
export function changeLinks(markdown: string, change: (target: string) => string): string {
  return changeProse(markdown, (prose) =>
    // The parenthesis after it is not in the expression, so that the expression takes linear time.
    prose.replaceAll(/\]\(([^)\s]+)/g, (link, target: string, start: number) =>
      prose[start + link.length] === ")" ? `](${change(target)}` : link,
    ),
  );
}

/** The targets of links and images outside blocks of code. */
export function linksOf(markdown: string): string[] {
  const targets: string[] = [];
  changeLinks(markdown, (target) => {
    targets.push(target);
    return target;
  });
  return targets;
}

/** The text of links in place of the links. */
function withoutLinks(markdown: string): string {
  return markdown.replaceAll(/\[([^[\]]+)\]\([^()]*\)/g, "$1");
}

/** The first heading as plain text. */
export function titleOf(markdown: string): string | undefined {
  const [, heading] = /^# (.+)$/m.exec(markdown) ?? [];
  return heading === undefined ? undefined : withoutLinks(heading.replaceAll(/[`*]/g, ""));
}

/** The first paragraph as plain text, without a final colon. */
export function summaryOf(markdown: string): string {
  const body = markdown.replace(/^---\n.*?\n---\n/s, "").replace(/^# .+$/m, "");
  const paragraph = body.split(/\n{2,}/).find((block) => /^[\p{L}`*[]/u.test(block.trim())) ?? "";
  return withoutLinks(paragraph.trim().replaceAll("\n", " ")).replaceAll(/[`*]/g, "").replace(/:$/, ".");
}
