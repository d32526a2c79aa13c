import { runAuthorization } from "../run/authorization.ts";
import { complete, type VectorFile } from "./vector-file.ts";

type Headers = readonly (readonly [name: string, value: string])[];
const one = (value: string, name = "Authorization"): Headers => [[name, value]];
const bearer = ["Authorization", "Bearer abc.def.ghi"] as const;
const basic = ["Authorization", "Basic YWxpY2U6c2VjcmV0"] as const;

/** Header fields and a query, and the expected code. */
const requests: readonly (readonly [name: string, Headers, expect: string, query?: string])[] = [
  ["a bearer token", [bearer], "accepted"],
  ["the scheme in lower case", one("bearer abc.def.ghi"), "accepted"],
  ["the scheme in upper case", one("BEARER abc.def.ghi"), "accepted"],
  ["the scheme in mixed case", one("bEaReR abc.def.ghi"), "accepted"],
  ["the header's name in lower case", one("Bearer abc.def.ghi", "authorization"), "accepted"],
  ["the header's name in upper case", one("Bearer abc.def.ghi", "AUTHORIZATION"), "accepted"],
  ["several spaces after the scheme", one("Bearer    abc.def.ghi"), "accepted"],
  ["a token of any form is passed on as it is", one("Bearer \u00e9 x,y"), "accepted"],
  ["a space inside the token is passed on", one("Bearer abc def"), "accepted"],
  ["a tab behind spaces belongs to the token", one("Bearer  \tabc"), "accepted"],
  ["a second scheme in the value belongs to the token", one("Bearer Bearer abc.def.ghi"), "accepted"],
  ["a comma in the value belongs to the token", one("Bearer abc, Bearer def"), "accepted"],
  ["the scheme alone is an empty token", one("Bearer"), "accepted"],
  ["the scheme and one space is an empty token", one("Bearer "), "accepted"],
  ["the scheme and spaces is an empty token", one("Bearer   "), "accepted"],
  ["other headers beside the token", [["X-Request-Id", "1"], bearer, ["Cookie", "a=b"]], "accepted"],
  ["no header", [], "credentials_missing"],
  ["an empty header", one(""), "credentials_missing"],
  ["another scheme", [basic], "credentials_missing"],
  ["a scheme with parameters", one('Digest username="alice", realm="api"'), "credentials_missing"],
  ["a token without a scheme", one("abc.def.ghi"), "credentials_missing"],
  ["a scheme that begins with Bearer", one("Bearerer abc.def.ghi"), "credentials_missing"],
  ["a scheme that ends with Bearer", one("XBearer abc.def.ghi"), "credentials_missing"],
  ["a colon after the scheme", one("Bearer: abc.def.ghi"), "credentials_missing"],
  ["an equals sign after the scheme", one("Bearer=abc.def.ghi"), "credentials_missing"],
  ["a tab after the scheme", one("Bearer\tabc.def.ghi"), "credentials_missing"],
  ["a no-break space after the scheme", one("Bearer\u00a0abc.def.ghi"), "credentials_missing"],
  ["the scheme in quotes", one('"Bearer abc.def.ghi"'), "credentials_missing"],
  ["the scheme Token", one("Token abc.def.ghi"), "credentials_missing"],
  ["the scheme JWT", one("JWT abc.def.ghi"), "credentials_missing"],
  ["a letter of the scheme that only looks the same", one("B\u00ebarer abc.def.ghi"), "credentials_missing"],
  ["X-Authorization", one("Bearer abc.def.ghi", "X-Authorization"), "credentials_missing"],
  ["Proxy-Authorization", one("Bearer abc.def.ghi", "Proxy-Authorization"), "credentials_missing"],
  ["X-Access-Token", one("abc.def.ghi", "X-Access-Token"), "credentials_missing"],
  ["a token in a cookie", [["Cookie", "token=abc.def.ghi; access_token=abc.def.ghi"]], "credentials_missing"],
  ["the same header twice", [bearer, bearer], "credentials_ambiguous"],
  ["two headers with different tokens", [bearer, ["authorization", "Bearer x"]], "credentials_ambiguous"],
  ["a bearer token and another scheme", [bearer, basic], "credentials_ambiguous"],
  ["another scheme and a bearer token", [basic, bearer], "credentials_ambiguous"],
  ["two headers of another scheme", [basic, basic], "credentials_ambiguous"],
  ["an empty header and a bearer token", [["Authorization", ""], bearer], "credentials_ambiguous"],
  ["three headers", [bearer, bearer, bearer], "credentials_ambiguous"],
  ["two headers with other headers between", [bearer, ["Accept", "*/*"], bearer], "credentials_ambiguous"],
  ["a token in the query alone", [], "credentials_missing", "access_token=abc.def.ghi"],
  ["a token in the query and a header", [bearer], "credentials_ambiguous", "access_token=abc.def.ghi"],
  ["the same, with another scheme", [basic], "credentials_ambiguous", "access_token=abc.def.ghi"],
  ["an empty access_token in the query", [bearer], "credentials_ambiguous", "access_token="],
  ["access_token without a value", [bearer], "credentials_ambiguous", "access_token"],
  ["access_token behind other parameters", [bearer], "credentials_ambiguous", "a=1&access_token=x"],
  ["access_token percent-encoded", [bearer], "credentials_ambiguous", "access%5Ftoken=x"],
  ["every letter of access_token percent-encoded", [bearer], "credentials_ambiguous", "%61ccess_token=x"],
  ["access_token twice", [bearer], "credentials_ambiguous", "access_token=x&access_token=y"],
  ["access_token in another case", [bearer], "accepted", "Access_Token=x"],
  ["accessToken in the query", [bearer], "accepted", "accessToken=x"],
  ["access_token as a value", [bearer], "accepted", "x=access_token"],
  ["a parameter that ends with access_token", [bearer], "accepted", "no_access_token=1"],
  ["access_token encoded twice", [bearer], "accepted", "access%255Ftoken=x"],
  ["access_token behind a semicolon", [bearer], "accepted", "a=1;access_token=x"],
  ["a plus in access_token", [bearer], "accepted", "access+token=x"],
  ["an invalid escape in the query", [bearer], "accepted", "x=%zz&y=%"],
];

export async function authorizationFile(): Promise<VectorFile> {
  const cases = requests.map(([name, headers, expect, query = ""]) => ({ name, headers, query, expect }));
  return {
    name: "authorization",
    description: "The header fields and the query of a request, and the token that is verified.",
    content: { vectors: await complete(cases, runAuthorization) },
  };
}
