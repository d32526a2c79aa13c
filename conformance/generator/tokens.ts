import { runToken } from "../run/tokens.ts";
import { namedSettings } from "./settings.ts";
import { usualNow } from "./token.ts";
import { algorithmCases } from "./tokens/algorithms.ts";
import type { TokenCase } from "./tokens/case.ts";
import { claimCases } from "./tokens/claims.ts";
import { formCases } from "./tokens/form.ts";
import { headerCases } from "./tokens/header.ts";
import { keyCases } from "./tokens/keys.ts";
import { lengthCases, lookAlikeCases } from "./tokens/look-alikes.ts";
import { timeCases } from "./tokens/times.ts";
import { complete, type VectorFile } from "./vector-file.ts";

const groups: Readonly<Record<string, readonly TokenCase[]>> = {
  form: formCases,
  "look-alike": lookAlikeCases,
  length: lengthCases,
  header: headerCases,
  algorithm: algorithmCases,
  key: keyCases,
  claims: claimCases,
  time: timeCases,
};

export async function tokensFile(): Promise<VectorFile> {
  const cases = Object.entries(groups).flatMap(([group, list]) =>
    list.map(({ name, settings = "secret", now = usualNow, token, expect }) => ({
      name: `${group}: ${name}`,
      settings,
      now,
      token,
      expect,
    })),
  );
  return {
    name: "tokens",
    description: "A token, the settings and the time by which it is judged, and the verdict.",
    content: {
      settings: namedSettings,
      vectors: await complete(cases, (one) => runToken(one, namedSettings)),
    },
  };
}
