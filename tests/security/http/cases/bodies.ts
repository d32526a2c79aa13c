import { bad, bearer, type HostileCase, type Ingredients, missing, requestText } from "./case.ts";

/** Bodies with Alice's valid token, and some without. For apps that read bodies. */
export function bodyCases({ token }: Ingredients): HostileCase[] {
  const json = "content-type: application/json";
  const post = (body: string, ...headers: string[]) =>
    requestText(
      "POST /api/alice/tasks HTTP/1.1",
      [bearer(token), ...(headers.length > 0 ? headers : [json])],
      body,
    );
  const large = JSON.stringify({ title: "x".repeat(70_000) });
  return [
    { name: "body that is not JSON", request: post("{"), ...bad },
    { name: "body empty", request: post(""), status: 400 },
    { name: "body a number", request: post("7"), ...bad },
    { name: "body null", request: post("null"), ...bad },
    { name: "body a list", request: post("[]"), ...bad },
    { name: "body with __proto__", request: post('{"title":"x","__proto__":{"admin":true}}'), ...bad },
    {
      name: "body with constructor.prototype",
      request: post('{"title":"x","constructor":{"prototype":{"admin":true}}}'),
      ...bad,
    },
    {
      name: "body of another owner",
      request: post('{"title":"x","userId":"bob","ownerId":"bob"}'),
      status: [201, 400],
    },
    { name: "body nested 10,000 deep", request: post(`${"[".repeat(10_000)}${"]".repeat(10_000)}`), ...bad },
    { name: "body with NUL in a text", request: post('{"title":"a\\u0000b"}'), ...bad },
    { name: "body with a lone surrogate", request: post('{"title":"\\ud800"}'), status: [201, 400] },
    { name: "body of 70 KB", request: post(large), status: 413, code: "payload_too_large" },
    {
      name: "body of 70 KB without a token",
      request: requestText("POST /api/alice/tasks HTTP/1.1", [json], large),
      ...missing,
    },
    {
      name: "body as XML",
      request: post("<a/>", "content-type: application/xml"),
      status: 415,
      code: "unsupported_media_type",
    },
    {
      name: "body as a form",
      request: post("title=x", "content-type: application/x-www-form-urlencoded"),
      status: 415,
      code: "unsupported_media_type",
    },
    { name: "body of an invalid type", request: post("x", "content-type: ;"), status: [400, 415] },
    {
      name: "body compressed",
      request: post("\x1f\x8b", json, "content-encoding: gzip"),
      status: [400, 415],
    },
    {
      name: "body in UTF-16",
      request: post('{"title":"x"}', "content-type: application/json; charset=utf-16"),
      status: [201, 400, 415],
    },
    { name: "body with a BOM", request: post('\ufeff{"title":"x"}'), status: [201, 400] },
  ];
}
