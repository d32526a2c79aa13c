import type { HostileCase, Ingredients } from "./case.ts";
import { credentialCases } from "./credentials.ts";
import { framingCases } from "./framing.ts";
import { methodCases } from "./methods.ts";
import { pathCases } from "./paths.ts";
import { tokenCases } from "./tokens.ts";

/** Every case that applies to any app with a public path and `/api/:userId/tasks`. */
export function hostileTable(ingredients: Ingredients): HostileCase[] {
  return [credentialCases, tokenCases, pathCases, methodCases, framingCases].flatMap((group) =>
    group(ingredients),
  );
}
