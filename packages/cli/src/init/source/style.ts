/** How a file is written. Lines that are added to it look the same. */
export interface Style {
  readonly lineEnding: "\n" | "\r\n";
  readonly indent: string;
  readonly quote: '"' | "'";
  readonly semicolons: boolean;
}

/** The style of a text: what most of its lines do. */
export function styleOf(text: string): Style {
  const lines = text.split(/\r?\n/);
  const count = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;
  const indents = lines.flatMap((line) => /^( +|\t+)\S/.exec(line)?.[1] ?? []);
  const spaces = indents.filter((indent) => indent.startsWith(" ")).map((indent) => indent.length);
  return {
    lineEnding: text.split("\r\n").length > lines.length / 2 ? "\r\n" : "\n",
    indent:
      spaces.length < indents.length / 2 ? "\t" : " ".repeat(spaces.length === 0 ? 2 : Math.min(...spaces)),
    quote: count(/'[^'"]*'/) > count(/"[^'"]*"/) ? "'" : '"',
    // A statement that ends with neither is a line without a semicolon.
    semicolons: count(/;\s*$/) >= count(/^\s*(?:import|const|let|return|export \w+ from)\b.*[\w)'"]\s*$/),
  };
}

/** Code of this package (double quotes, semicolons, two spaces), in another style. */
export function inStyle(code: string, { lineEnding, indent, quote, semicolons }: Style): string {
  return code
    .split("\n")
    .map((line) => {
      const [, spaces = "", rest = ""] = /^( *)(.*)$/s.exec(line) ?? [];
      const quoted =
        quote === "'" && !/'/.test(rest) && !rest.startsWith("//") && !/^\/?\*/.test(rest)
          ? rest.replaceAll('"', "'")
          : rest;
      const ended = semicolons || /^\/\//.test(quoted) ? quoted : quoted.replace(/;$/, "");
      const isComment = /^\*/.test(rest);
      return (
        (isComment ? `${indent.repeat((spaces.length - 1) / 2)} ` : indent.repeat(spaces.length / 2)) + ended
      );
    })
    .join(lineEnding);
}
