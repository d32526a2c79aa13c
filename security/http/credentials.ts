import { bearer, get, type HostileCase, type Ingredients, requestText } from "./cases.ts";

/** Authorization fields, and tokens in places that are none for them. */
export function credentialCases({ token, otherToken }: Ingredients): HostileCase[] {
  const path = "/api/alice/tasks";
  const field = (value: string) => get(path, `authorization: ${value}`);
  const missing = { status: 401, code: "credentials_missing" };
  const malformed = { status: 401, code: "token_malformed" };
  const ambiguous = { status: 400, code: "credentials_ambiguous" };
  const notHttp = { status: 400, code: "bad_request" };
  const json = "content-type: application/json";
  const form = "content-type: application/x-www-form-urlencoded";
  return [
    { name: "no header", request: get(path), ...missing },
    { name: "an empty header", request: field(""), ...missing },
    { name: "Basic", request: field("Basic YWxpY2U6c2VjcmV0"), ...missing },
    { name: "Digest", request: field('Digest username="alice"'), ...missing },
    { name: "a token without a scheme", request: field(token), ...missing },
    { name: "a scheme that begins alike", request: field(`BearerX ${token}`), ...missing },
    { name: "Bearer and a colon", request: field(`Bearer: ${token}`), ...missing },
    { name: "Token as scheme", request: field(`Token ${token}`), ...missing },
    { name: "two schemes in one field", request: field(`Basic YTpi, Bearer ${token}`), ...missing },
    { name: "the scheme alone", request: field("Bearer"), ...malformed },
    { name: "two tokens in one field", request: field(`Bearer ${token} ${token}`), ...malformed },
    { name: "two tokens with a comma", request: field(`Bearer ${token}, Bearer ${otherToken}`), ...malformed },
    { name: "Bearer twice", request: field(`Bearer Bearer ${token}`), ...malformed },
    { name: "quotes around the token", request: field(`Bearer "${token}"`), ...malformed },
    { name: "undefined", request: field("Bearer undefined"), ...malformed },
    { name: "null", request: field("Bearer null"), ...malformed },
    { name: "[object Object]", request: field("Bearer [object Object]"), ...malformed },
    { name: "a tab inside", request: field(`Bearer ${token.slice(0, 50)}\t${token.slice(50)}`), ...malformed },
    { name: "a Latin-1 byte in the token", request: latin1(field(`Bearer ${token}\xe9`)), ...malformed },
    { name: "a Latin-1 byte in the scheme", request: latin1(field(`B\xe9arer ${token}`)), ...missing },
    { name: "UTF-8 in the token", request: field(`Bearer ${token}é`), ...malformed },
    { name: "a control byte in the token", request: field(`Bearer ${token}\x01`), ...notHttp },
    { name: "NUL in the token", request: field(`Bearer ${token}\0`), ...notHttp },
    { name: "DEL in the token", request: field(`Bearer ${token}\x7f`), ...notHttp },
    { name: "a bare line feed in the token", request: field(`Bearer ${token}\n.x`), ...notHttp },
    { name: "a folded field", request: field(`Bearer\r\n ${token}`), ...notHttp },
    { name: "a space before the colon", request: get(path, `authorization : Bearer ${token}`), ...notHttp },
    { name: "a space before the name", request: get(path, ` authorization: Bearer ${token}`), ...notHttp },
    { name: "two fields, both good", request: get(path, bearer(token), bearer(token)), ...ambiguous },
    { name: "two fields of two users", request: get(path, bearer(token), bearer(otherToken)), ...ambiguous },
    { name: "Basic beside Bearer", request: get(path, "authorization: Basic YTpi", bearer(token)), ...ambiguous },
    {
      name: "two fields in two spellings",
      request: get(path, `Authorization: Bearer ${otherToken}`, `AUTHORIZATION: Bearer ${token}`),
      ...ambiguous,
    },
    { name: "three fields", request: get(path, bearer(token), bearer(token), bearer(token)), ...ambiguous },
    { name: "an empty field beside a good one", request: get(path, "authorization:", bearer(token)), ...ambiguous },
    { name: "in the query alone", request: get(`${path}?access_token=${token}`), ...missing },
    { name: "in header and query", request: get(`${path}?access_token=${token}`, bearer(token)), ...ambiguous },
    { name: "in header and an escaped query", request: get(`${path}?access%5Ftoken=x`, bearer(token)), ...ambiguous },
    { name: "in header and an empty query", request: get(`${path}?access_token`, bearer(token)), ...ambiguous },
    {
      name: "in a cookie",
      request: get(path, `cookie: token=${token}; better-auth.session_token=${token}`),
      ...missing,
    },
    { name: "in Proxy-Authorization", request: get(path, `proxy-authorization: Bearer ${token}`), ...missing },
    {
      name: "in X-Forwarded-Authorization",
      request: get(path, `x-forwarded-authorization: Bearer ${token}`),
      ...missing,
    },
    { name: "with an underscore", request: get(path, `http_authorization: Bearer ${token}`), ...missing },
    {
      name: "in a JSON body",
      request: requestText(`POST ${path} HTTP/1.1`, [json], JSON.stringify({ access_token: token })),
      ...missing,
    },
    { name: "in a form", request: requestText(`POST ${path} HTTP/1.1`, [form], `access_token=${token}`), ...missing },
    { name: "in the path", request: get(`/api/alice/tasks/${token}`), status: 414, code: "uri_too_long" },
    { name: "in a shorter path", request: get(`/${token}`), ...missing },
    {
      name: "as user information of the target",
      request: get(`http://Bearer:${token}@localhost/api/alice/tasks`),
      ...missing,
    },
    {
      name: "a user named by a proxy's header",
      request: get(path, "x-user-id: alice", "x-forwarded-user: alice"),
      ...missing,
    },
    {
      name: "a header of 20 KB",
      request: field(`Bearer ${"A".repeat(20_000)}`),
      status: 431,
      code: "headers_too_large",
    },
    {
      name: "a token of 9000 characters",
      request: field(`Bearer ${"A".repeat(9000)}`),
      status: 401,
      code: "token_too_large",
    },
  ];
}

function latin1(text: string): Buffer {
  return Buffer.from(text, "latin1");
}
