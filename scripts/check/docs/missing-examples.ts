import type { PublicName } from "./public-api.ts";

/** The functions, classes and options types without a docstring or an `@example`, each once. */
export function missingExamples(names: readonly PublicName[]): PublicName[] {
  const missing = names.filter(
    ({ kind, tags, isDocumented }) => kind !== "other" && !(isDocumented && tags.includes("example")),
  );
  const isSame = (one: PublicName) => (other: PublicName) =>
    one.file === other.file && one.name === other.name;
  return missing.filter((one, index) => missing.findIndex(isSame(one)) === index);
}
