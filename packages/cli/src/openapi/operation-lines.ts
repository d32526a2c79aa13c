import { isMap, isScalar, LineCounter, parseDocument } from "yaml";

/** Finds the line of an operation in a document's text. JSON is YAML, so one parser reads both. */
export function operationLines(text: string): (method: string, path: string) => number | undefined {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, logLevel: "silent" });
  return (method, path) => {
    const item: unknown = document.getIn(["paths", path], true);
    const pair = isMap(item)
      ? item.items.find(({ key }) => isScalar(key) && key.value === method.toLowerCase())
      : undefined;
    const start = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
    return start === undefined ? undefined : counter.linePos(start).line;
  };
}
