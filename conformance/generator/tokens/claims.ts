import type { SettingsName } from "../settings.ts";
import { audience, claimsText, issuedAt, issuer, tokenOf, validClaims } from "../token.ts";
import type { TokenCase } from "./case.ts";

type Verdict = TokenCase["expect"];

/** A claim with a value of the wrong type; undefined removes it. */
const wrongTypes: Readonly<Record<string, readonly unknown[]>> = {
  sub: [undefined, null, "", 0, 1, true, ["alice"], { id: "alice" }],
  iss: [undefined, null, "", 1, [issuer], {}],
  aud: [undefined, null, "", 1, [], [""], [audience, 1], [audience, ""], [[audience]], {}, { 0: audience }],
  exp: [undefined, null, "", "1767226500", true, [1_767_226_500], {}],
  nbf: [null, "", "1767225600", true, [1_767_225_600]],
  iat: [null, "", "1767225600", true, {}],
  sid: [null, "", 1, ["session-1"], true],
  jti: [null, "", 1, {}],
};

const values: readonly (readonly [name: string, claims: object, Verdict])[] = [
  ["a sub of one space", { sub: " " }, "accepted"],
  ["a sub that is a number as text", { sub: "007" }, "accepted"],
  ["a sub outside ASCII, composed", { sub: "jos\u00e9" }, "accepted"],
  ["a sub outside ASCII, decomposed", { sub: "jose\u0301" }, "accepted"],
  ["a sub outside the basic plane", { sub: "\u{1f600}" }, "accepted"],
  ["a sub with a slash and dots", { sub: "../bob" }, "accepted"],
  ["a sub with a NUL", { sub: "alice\u0000" }, "accepted"],
  ["no sid", { sid: undefined }, "accepted"],
  ["a jti", { jti: "token-1" }, "accepted"],
  ["no iat", { iat: undefined }, "accepted"],
  ["other claims", { role: "admin", scope: "tasks:read", nested: { list: [1, null, true] } }, "accepted"],
  ["a claim named constructor", { constructor: "x" }, "accepted"],
  ["the hash of an access token: an ID token", { at_hash: "x" }, "token_unsupported"],
  ["an at_hash that is null, and another issuer", { at_hash: null, iss: "x" }, "token_unsupported"],
  ["the key of its sender, by DPoP: not a bearer token", { cnf: { jkt: "x" } }, "token_unsupported"],
  ["the certificate of its sender, by mTLS", { cnf: { "x5t#S256": "x" } }, "token_unsupported"],
  ["a cnf that is null, and another issuer", { cnf: null, iss: "x" }, "token_unsupported"],
  ["a cnf, although the sub is missing", { cnf: {}, sub: undefined }, "token_unsupported"],
  ["a cnf, although it has expired", { cnf: { jkt: "x" }, exp: issuedAt }, "token_unsupported"],
  ["another issuer", { iss: "https://attacker.example" }, "issuer_rejected"],
  ["an issuer with a slash at the end", { iss: `${issuer}/` }, "issuer_rejected"],
  ["an issuer in another case", { iss: "https://App.example.com" }, "issuer_rejected"],
  ["an issuer with its default port", { iss: `${issuer}:443` }, "issuer_rejected"],
  ["an issuer that begins like it", { iss: `${issuer}.attacker.example` }, "issuer_rejected"],
  ["an issuer with another scheme", { iss: "http://app.example.com" }, "issuer_rejected"],
  ["another audience", { aud: "https://other-api.example.com" }, "audience_rejected"],
  ["an audience with a slash at the end", { aud: `${audience}/` }, "audience_rejected"],
  ["an audience in another case", { aud: "https://API.example.com" }, "audience_rejected"],
  ["the issuer as the audience", { aud: issuer }, "audience_rejected"],
  ["a list with the audience alone", { aud: [audience] }, "accepted"],
  ["a list with the audience and others", { aud: ["x", audience, "y"] }, "accepted"],
  ["a list without the audience", { aud: ["x", "y"] }, "audience_rejected"],
  ["a missing sub, although the issuer is wrong", { sub: undefined, iss: "x" }, "claims_invalid"],
  ["a missing exp, although the issuer is wrong", { exp: undefined, iss: "x" }, "claims_invalid"],
  ["a wrong issuer, although the audience is wrong", { iss: "x", aud: "x" }, "issuer_rejected"],
  ["a wrong issuer, although it has expired", { iss: "x", exp: issuedAt }, "issuer_rejected"],
  ["a wrong audience, although it has expired", { aud: "x", exp: issuedAt }, "audience_rejected"],
];

/** The bytes of a payload, and the verdict. */
const payloads: readonly (readonly [name: string, payload: string | Uint8Array, Verdict])[] = [
  ["the payload is a list", "[]", "claims_invalid"],
  ["the payload is null", "null", "claims_invalid"],
  ["the payload is a string", '"alice"', "claims_invalid"],
  ["the payload is a number", "1", "claims_invalid"],
  ["the payload is an empty object", "{}", "claims_invalid"],
  ["the payload is not JSON", "sub=alice", "claims_invalid"],
  ["the payload has a trailing comma", claimsText('"x":1,'), "claims_invalid"],
  ["the payload has text behind it", `${JSON.stringify(validClaims)}x`, "claims_invalid"],
  ["the payload has NaN", claimsText('"x":NaN'), "claims_invalid"],
  ["the payload has Infinity", claimsText('"x":Infinity'), "claims_invalid"],
  ["the payload has a byte order mark", `\ufeff${JSON.stringify(validClaims)}`, "claims_invalid"],
  ["the payload is UTF-16", Buffer.from(JSON.stringify(validClaims), "utf16le"), "claims_invalid"],
  ["the payload is not UTF-8", Buffer.from(claimsText('"x":"\xff"'), "latin1"), "claims_invalid"],
  [
    "the payload has a surrogate in UTF-8",
    Buffer.from(claimsText('"x":"\xed\xa0\x80"'), "latin1"),
    "claims_invalid",
  ],
  [
    "the payload has a cut UTF-8 sequence",
    Buffer.from(claimsText('"x":"\xe2\x82"'), "latin1"),
    "claims_invalid",
  ],
  ["the payload has white space", `\n${JSON.stringify(validClaims, null, "\t")} `, "accepted"],
  ["sub twice: the last counts", claimsText('"sub":"bob"'), "accepted"],
  ["sub twice, and the last is empty", claimsText('"sub":""'), "claims_invalid"],
  ["exp twice, and the last has passed", claimsText('"exp":0'), "token_expired"],
  ["aud twice, and the last is wrong", claimsText('"aud":"x"'), "audience_rejected"],
  ["a claim in __proto__ is data", claimsText('"__proto__":{"role":"admin"}'), "accepted"],
  [
    "sub is only in __proto__",
    claimsText('"__proto__":{"sub":"alice"}').replace('"sub":"alice",', ""),
    "claims_invalid",
  ],
  ["sub is spelled with escapes", claimsText('"su\\u0062":"\\u0061lice"'), "accepted"],
  ["a sub that is half of a surrogate pair", claimsText('"sub":"\\ud800"'), "accepted"],
  ["exp is 1e999", claimsText('"exp":1e999'), "claims_invalid"],
  ["exp is an integer of 400 digits", claimsText(`"exp":1${"0".repeat(399)}`), "claims_invalid"],
  ["nbf is -1e999", claimsText('"nbf":-1e999'), "claims_invalid"],
  ["exp in scientific notation", claimsText('"exp":1.7672265e9'), "accepted"],
  ["exp is 1e20", claimsText('"exp":1e20'), "accepted"],
  ["exp is negative", claimsText('"exp":-1'), "token_expired"],
  ["exp is zero", claimsText('"exp":0'), "token_expired"],
  ["exp is in milliseconds", claimsText('"exp":1767226500000'), "accepted"],
  ["nested 50 levels deep", claimsText(`"x":${"[".repeat(50)}${"]".repeat(50)}`), "accepted"],
];

const withSettings: readonly (readonly [name: string, SettingsName, claims: object, Verdict])[] = [
  ["no aud, and any audience is accepted", "any audience", { aud: undefined }, "accepted"],
  ["another aud, and any audience is accepted", "any audience", { aud: "x" }, "accepted"],
  ["aud is a number, and any audience is accepted", "any audience", { aud: 1 }, "claims_invalid"],
  ["aud is null, and any audience is accepted", "any audience", { aud: null }, "claims_invalid"],
  [
    "the second of several audiences",
    "several audiences",
    { aud: "https://other-api.example.com" },
    "accepted",
  ],
  ["none of several audiences", "several audiences", { aud: ["x", issuer] }, "audience_rejected"],
  ["the second of several issuers", "several issuers", { iss: "https://eu.example.com" }, "accepted"],
  ["none of several issuers", "several issuers", { iss: "https://us.example.com" }, "issuer_rejected"],
  ["no iat, and maxTokenAge", "maxTokenAge 600", { iat: undefined }, "claims_invalid"],
];

export const claimCases: readonly TokenCase[] = [
  ...Object.entries(wrongTypes).flatMap(([claim, wrong]) =>
    wrong.map((value) => ({
      name: `${claim} is ${value === undefined ? "missing" : JSON.stringify(value)}`,
      token: tokenOf({ claims: { [claim]: value } }),
      expect: "claims_invalid" as const,
    })),
  ),
  ...values.map(([name, claims, expect]) => ({
    name,
    token: tokenOf({ claims: claims as Record<string, unknown> }),
    expect,
  })),
  ...payloads.map(([name, rawPayload, expect]) => ({ name, token: tokenOf({ rawPayload }), expect })),
  ...withSettings.map(([name, settings, claims, expect]) => ({
    name,
    settings,
    token: tokenOf({ claims: claims as Record<string, unknown> }),
    expect,
  })),
  {
    name: "a wrong signature, although it has expired",
    token: tokenOf({ claims: { exp: issuedAt }, signature: (valid) => valid.subarray(1) }),
    expect: "signature_invalid",
  },
  {
    name: "a payload that is not JSON, and a wrong signature",
    token: tokenOf({ rawPayload: "{", signature: (valid) => valid.subarray(1) }),
    expect: "signature_invalid",
  },
];
