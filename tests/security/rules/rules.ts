import { accessTokenRules } from "./access-tokens.ts";
import { cacheRules } from "./cache.ts";
import { callerRules } from "./callers.ts";
import { claimRules } from "./claims.ts";
import { clientRules } from "./client.ts";
import { formRules } from "./form.ts";
import { headerRules } from "./header.ts";
import { jwksRules } from "./jwks.ts";
import { keyRules } from "./keys.ts";
import { ownerRules } from "./owner.ts";
import { proxyRules } from "./proxy.ts";
import type { Rule } from "./rule.ts";
import { secrecyRules } from "./secrecy.ts";

/** Rules whose tests are in one file. */
export interface RuleGroup {
  readonly title: string;
  /** In this folder. */
  readonly test: string;
  readonly rules: readonly Rule[];
}

/** Every rule of the guard, in the order in which a request meets them. Then those of the client and its proxy. */
export const ruleGroups: readonly RuleGroup[] = [
  { title: "The form of a token", test: "form.test.ts", rules: formRules },
  { title: "The header", test: "header.test.ts", rules: headerRules },
  { title: "Algorithms and secrets", test: "keys.test.ts", rules: keyRules },
  { title: "A key set that is fetched", test: "jwks.test.ts", rules: jwksRules },
  { title: "Comparison and secrecy", test: "secrecy.test.ts", rules: secrecyRules },
  { title: "The claims", test: "claims.test.ts", rules: claimRules },
  { title: "Access tokens of OAuth clients", test: "access-tokens.test.ts", rules: accessTokenRules },
  { title: "The cache and the clock", test: "cache.test.ts", rules: cacheRules },
  { title: "The owner", test: "owner.test.ts", rules: ownerRules },
  { title: "Who else may call", test: "callers.test.ts", rules: callerRules },
  { title: "The client", test: "client.test.ts", rules: clientRules },
  { title: "The proxy", test: "proxy.test.ts", rules: proxyRules },
];
