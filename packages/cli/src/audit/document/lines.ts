import { LineCounter, parseDocument } from "yaml";

/** Finds the lines of operations in a document's text. JSON is YAML, so that one parser does for both. */
export function operationLines(text: string): (method: string, path: string) => number | undefined {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, logLevel: "silent", keepSourceTokens: false });
  return (method, path) => {
    const node: unknown = document.getIn(["paths", path, method.toLowerCase()], true);
    const range = (node as { range?: readonly number[] } | undefined)?.range;
    return range?.[0] === undefined ? undefined : counter.linePos(range[0]).line;
  };
}
