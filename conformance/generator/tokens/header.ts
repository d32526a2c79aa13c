import { segment, tokenOf } from "../token.ts";
import type { TokenCase } from "./case.ts";

type Verdict = TokenCase["expect"];

/** A value of one header parameter, or its absence, and the verdict. */
const parameters: readonly (readonly [name: string, header: Readonly<Record<string, unknown>>, Verdict])[] = [
  ["no typ", { typ: undefined }, "accepted"],
  ["typ jwt in lower case", { typ: "jwt" }, "accepted"],
  ["typ application/jwt", { typ: "application/jwt" }, "accepted"],
  ["typ APPLICATION/JWT", { typ: "APPLICATION/JWT" }, "accepted"],
  ["typ at+jwt where JWT is expected", { typ: "at+jwt" }, "token_unsupported"],
  ["typ with a space", { typ: "JWT " }, "token_unsupported"],
  ["an empty typ", { typ: "" }, "token_unsupported"],
  ["typ application/", { typ: "application/" }, "token_unsupported"],
  ["typ application/application/jwt", { typ: "application/application/jwt" }, "token_unsupported"],
  ["typ JOSE", { typ: "JOSE" }, "token_unsupported"],
  ["typ is null", { typ: null }, "token_malformed"],
  ["typ is a number", { typ: 1 }, "token_malformed"],
  ["typ is a list", { typ: ["JWT"] }, "token_malformed"],
  ["no alg", { alg: undefined }, "token_malformed"],
  ["alg is null", { alg: null }, "token_malformed"],
  ["alg is a number", { alg: 256 }, "token_malformed"],
  ["alg is a list", { alg: ["HS256"] }, "token_malformed"],
  ["an empty alg", { alg: "" }, "algorithm_rejected"],
  ["crit with an unknown extension", { crit: ["exp"], exp: 0 }, "token_unsupported"],
  ["crit is an empty list", { crit: [] }, "token_unsupported"],
  ["crit is null", { crit: null }, "token_unsupported"],
  ["b64 is false", { b64: false, crit: ["b64"] }, "token_unsupported"],
  ["b64 is true", { b64: true }, "token_unsupported"],
  ["zip", { zip: "DEF" }, "token_unsupported"],
  ["enc", { enc: "A256GCM" }, "token_unsupported"],
  ["cty JWT", { cty: "JWT" }, "accepted"],
  ["an unknown parameter", { "https://example.com/extension": true }, "accepted"],
  ["jku is not used", { jku: "https://attacker.example/jwks" }, "accepted"],
  ["x5u is not used", { x5u: "https://attacker.example/cert" }, "accepted"],
  ["kid is null", { kid: null }, "token_malformed"],
  ["kid is a number", { kid: 1 }, "token_malformed"],
  ["a kid with a shared secret is not used", { kid: "../../dev/null" }, "accepted"],
  ["an empty kid with a shared secret", { kid: "" }, "accepted"],
  ["crit, although alg is missing", { alg: undefined, crit: ["exp"] }, "token_malformed"],
  ["a wrong typ, although alg is rejected", { typ: "at+jwt", alg: "none" }, "token_unsupported"],
];

/** The bytes of a header, and the verdict. */
const bytes: readonly (readonly [name: string, header: string | Uint8Array, Verdict])[] = [
  ["the header is a list", "[]", "token_malformed"],
  ["the header is a list with an object", '[{"alg":"HS256"}]', "token_malformed"],
  ["the header is null", "null", "token_malformed"],
  ["the header is a string", '"HS256"', "token_malformed"],
  ["the header is a number", "256", "token_malformed"],
  ["the header is true", "true", "token_malformed"],
  ["the header is an empty object", "{}", "token_malformed"],
  ["the header is not JSON", "{alg:HS256}", "token_malformed"],
  ["the header is in single quotes", "{'alg':'HS256'}", "token_malformed"],
  ["the header has a trailing comma", '{"alg":"HS256",}', "token_malformed"],
  ["the header has a comment", '{"alg":"HS256"/**/}', "token_malformed"],
  ["the header has text behind it", '{"alg":"HS256"}x', "token_malformed"],
  ["the header is followed by a NUL", '{"alg":"HS256"}\u0000', "token_malformed"],
  ["the header is two objects", '{"alg":"HS256"}{"alg":"HS256"}', "token_malformed"],
  ["the header has NaN", '{"alg":"HS256","x":NaN}', "token_malformed"],
  ["the header has Infinity", '{"alg":"HS256","x":-Infinity}', "token_malformed"],
  ["the header has a line feed in a string", '{"alg":"HS256","x":"\n"}', "token_malformed"],
  ["the header has a number with a leading zero", '{"alg":"HS256","x":01}', "token_malformed"],
  ["the header has a byte order mark", '\ufeff{"alg":"HS256"}', "token_malformed"],
  ["the header is UTF-16", Buffer.from('{"alg":"HS256"}', "utf16le"), "token_malformed"],
  ["the header is not UTF-8", Buffer.from('{"alg":"HS256","x":"\xff"}', "latin1"), "token_malformed"],
  [
    "the header has an overlong UTF-8 sequence",
    Buffer.from('{"alg":"HS256","x":"\xc0\xaf"}', "latin1"),
    "token_malformed",
  ],
  [
    "the header has a surrogate in UTF-8",
    Buffer.from('{"alg":"HS256","x":"\xed\xa0\x80"}', "latin1"),
    "token_malformed",
  ],
  ["the header has white space", ' \t\r\n{ "alg" : "HS256" }\n', "accepted"],
  ["the header has a form feed", '\f{"alg":"HS256"}', "token_malformed"],
  ["the header has a no-break space", '\u00a0{"alg":"HS256"}', "token_malformed"],
  ["the header has alg twice, and the last is accepted", '{"alg":"none","alg":"HS256"}', "accepted"],
  ["the header has alg twice, and the last is none", '{"alg":"HS256","alg":"none"}', "algorithm_rejected"],
  ["alg is only in __proto__", '{"__proto__":{"alg":"HS256"}}', "token_malformed"],
  ["crit is only in __proto__", '{"alg":"HS256","__proto__":{"crit":["x"]}}', "accepted"],
  ["crit is spelled with an escape", '{"alg":"HS256","cri\\u0074":["x"]}', "token_unsupported"],
  ["alg is spelled with an escape", '{"\\u0061lg":"HS25\\u0036"}', "accepted"],
  ["Alg with a capital letter", '{"Alg":"HS256"}', "token_malformed"],
];

/** The typ of another kind of token, if the settings ask for it. */
const types: readonly (readonly [typ: string | undefined, Verdict])[] = [
  ["api+jwt", "accepted"],
  ["API+JWT", "accepted"],
  ["application/api+jwt", "accepted"],
  ["JWT", "token_unsupported"],
  [undefined, "token_unsupported"],
  ["logout+jwt", "token_unsupported"],
];

export const headerCases: readonly TokenCase[] = [
  ...parameters.map(([name, header, expect]) => ({
    name,
    expect,
    token: tokenOf({ signedAs: "HS256", header }),
  })),
  ...bytes.map(([name, rawHeader, expect]) => ({
    name,
    expect,
    token: tokenOf({ signedAs: "HS256", rawHeader }),
  })),
  ...types.map(([typ, expect]) => ({
    name: `typ ${typ ?? "absent"} where api+jwt is expected`,
    settings: "typ api+jwt" as const,
    token: tokenOf({ header: { typ } }),
    expect,
  })),
  {
    name: "typ api+jwt where application/api+JWT is expected",
    settings: "typ application/api+JWT",
    token: tokenOf({ header: { typ: "api+jwt" } }),
    expect: "accepted",
  },
  {
    name: "the payload of another token",
    token: [tokenOf().split(".")[0], segment('{"sub":"bob"}'), tokenOf().split(".")[2]].join("."),
    expect: "signature_invalid",
  },
];
