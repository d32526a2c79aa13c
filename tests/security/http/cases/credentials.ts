import {
  ambiguous,
  bad,
  bearer,
  get,
  type HostileCase,
  type Ingredients,
  latin1,
  malformed,
  mismatch,
  missing,
  own,
  ownPath,
  requestText,
} from "./case.ts";

/** Authorization fields, and tokens in the wrong places. */
export function credentialCases(ingredients: Ingredients): HostileCase[] {
  return [...schemes(ingredients), ...fields(ingredients), ...otherPlaces(ingredients)];
}

const field = (value: string) => get(ownPath, `authorization: ${value}`);

/** One field whose value is not `Bearer` and a token. */
function schemes({ token, otherToken }: Ingredients): HostileCase[] {
  const half = [token.slice(0, 50), token.slice(50)] as const;
  return [
    { name: "no header", request: get(ownPath), ...missing },
    { name: "an empty header", request: field(""), ...missing },
    { name: "Basic", request: field("Basic YWxpY2U6c2VjcmV0"), ...missing },
    {
      name: "Basic with the token as password",
      request: field(`Basic ${base64(`alice:${token}`)}`),
      ...missing,
    },
    { name: "Digest", request: field('Digest username="alice"'), ...missing },
    { name: "DPoP", request: field(`DPoP ${token}`), ...missing },
    { name: "a token without a scheme", request: field(token), ...missing },
    { name: "a scheme that begins with Bearer", request: field(`BearerX ${token}`), ...missing },
    { name: "a scheme in fullwidth letters", request: field(`\uff22earer ${token}`), ...missing },
    { name: "Bearer and a colon", request: field(`Bearer: ${token}`), ...missing },
    { name: "Bearer and a space of another kind", request: latin1(field(`Bearer\xa0${token}`)), ...missing },
    { name: "Token as scheme", request: field(`Token ${token}`), ...missing },
    { name: "two schemes in one field", request: field(`Basic YTpi, Bearer ${token}`), ...missing },
    {
      name: "two schemes in one field, Bearer first",
      request: field(`Bearer ${token}, Basic YTpi`),
      ...malformed,
    },
    { name: "only the scheme", request: field("Bearer"), ...malformed },
    { name: "two tokens in one field", request: field(`Bearer ${token} ${token}`), ...malformed },
    {
      name: "two tokens with a comma",
      request: field(`Bearer ${token}, Bearer ${otherToken}`),
      ...malformed,
    },
    { name: "Bearer twice", request: field(`Bearer Bearer ${token}`), ...malformed },
    {
      name: "the token as a parameter",
      request: field(`Bearer realm="api", token="${token}"`),
      ...malformed,
    },
    { name: "quotes around the token", request: field(`Bearer "${token}"`), ...malformed },
    { name: "the token's first letter escaped", request: field(`Bearer %65${token.slice(1)}`), ...malformed },
    { name: "undefined", request: field("Bearer undefined"), ...malformed },
    { name: "null", request: field("Bearer null"), ...malformed },
    { name: "[object Object]", request: field("Bearer [object Object]"), ...malformed },
    { name: "a tab inside", request: field(`Bearer ${half.join("\t")}`), ...malformed },
    { name: "a Latin-1 byte in the token", request: latin1(field(`Bearer ${token}\xe9`)), ...malformed },
    { name: "a Latin-1 byte in the scheme", request: latin1(field(`B\xe9arer ${token}`)), ...missing },
    { name: "UTF-8 in the token", request: field(`Bearer ${token}é`), ...malformed },
    {
      name: "a combining accent in the token",
      request: field(`Bearer ${half.join("\u0301")}`),
      ...malformed,
    },
    {
      name: "half a surrogate pair in the token",
      request: latin1(field(`Bearer ${token}\xed\xa0\x80`)),
      ...malformed,
    },
    { name: "a control byte in the token", request: field(`Bearer ${token}\x01`), ...bad },
    { name: "NUL in the token", request: field(`Bearer ${token}\0`), ...bad },
    { name: "DEL in the token", request: field(`Bearer ${token}\x7f`), ...bad },
    { name: "a form feed after the scheme", request: field(`Bearer\f${token}`), ...bad },
    { name: "a bare line feed in the token", request: field(`Bearer ${token}\n.x`), ...bad },
    { name: "a bare carriage return in the token", request: field(`Bearer ${token}\r.x`), ...bad },
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

/** Several fields, and fields that are not quite valid. */
function fields({ token, otherToken }: Ingredients): HostileCase[] {
  const asking = (...headers: string[]) => get(ownPath, ...headers);
  const basic = "authorization: Basic YTpi";
  return [
    { name: "a folded field", request: field(`Bearer\r\n ${token}`), ...bad },
    { name: "a space before the colon", request: asking(`authorization : Bearer ${token}`), ...bad },
    { name: "a space before the name", request: asking(` authorization: Bearer ${token}`), ...bad },
    { name: "a NUL in the name", request: asking(`authorization\0: Bearer ${token}`), ...bad },
    {
      name: "a Latin-1 byte in the name",
      request: latin1(asking(`authorizatio\xf1: Bearer ${token}`)),
      ...bad,
    },
    { name: "two fields, both good", request: asking(bearer(token), bearer(token)), ...ambiguous },
    { name: "two fields of two users", request: asking(bearer(token), bearer(otherToken)), ...ambiguous },
    { name: "Basic beside Bearer", request: asking(basic, bearer(token)), ...ambiguous },
    { name: "Basic behind Bearer", request: asking(bearer(token), basic), ...ambiguous },
    {
      name: "two fields in two spellings",
      request: asking(`Authorization: Bearer ${otherToken}`, `AUTHORIZATION: Bearer ${token}`),
      ...ambiguous,
    },
    {
      name: "two fields far apart",
      request: asking(bearer(token), "x: 1", "cookie: a=b", bearer(token)),
      ...ambiguous,
    },
    { name: "three fields", request: asking(bearer(token), bearer(token), bearer(token)), ...ambiguous },
    {
      name: "an empty field beside a good one",
      request: asking("authorization:", bearer(token)),
      ...ambiguous,
    },
    {
      name: "a field that Connection names",
      request: asking("connection: authorization", bearer(token)),
      ...own,
    },
  ];
}

/** A token anywhere else, and users named in other fields. */
function otherPlaces({ token, otherToken, publicPath }: Ingredients): HostileCase[] {
  const json = "content-type: application/json";
  const form = "content-type: application/x-www-form-urlencoded";
  const post = (type: string, body: string) => requestText(`POST ${ownPath} HTTP/1.1`, [type], body);
  const query = (text: string, ...headers: string[]) => get(`${ownPath}?${text}`, ...headers);
  const rewriting = (path: string) => [
    `x-original-url: ${path}`,
    `x-rewrite-url: ${path}`,
    `x-forwarded-path: ${path}`,
  ];
  return [
    { name: "only in the query", request: query(`access_token=${token}`), ...missing },
    { name: "in header and query", request: query(`access_token=${token}`, bearer(token)), ...ambiguous },
    {
      name: "in header and an escaped query",
      request: query("access%5Ftoken=x", bearer(token)),
      ...ambiguous,
    },
    { name: "in header and an empty query", request: query("access_token", bearer(token)), ...ambiguous },
    {
      name: "in header and two queries",
      request: query(`a=1&access_token=${otherToken}&access_token=`, bearer(token)),
      ...ambiguous,
    },
    {
      name: "in a cookie",
      request: get(
        ownPath,
        `cookie: token=${token}; better-auth.session_token=${token}; authorization=${token}`,
      ),
      ...missing,
    },
    {
      name: "in Proxy-Authorization",
      request: get(ownPath, `proxy-authorization: Bearer ${token}`),
      ...missing,
    },
    {
      name: "in X-Forwarded-Authorization",
      request: get(ownPath, `x-forwarded-authorization: Bearer ${token}`, `x-access-token: ${token}`),
      ...missing,
    },
    { name: "with an underscore", request: get(ownPath, `http_authorization: Bearer ${token}`), ...missing },
    { name: "in a JSON body", request: post(json, JSON.stringify({ access_token: token })), ...missing },
    { name: "in a form", request: post(form, `access_token=${token}`), ...missing },
    { name: "in the path", request: get(`${ownPath}/${token}`), ...missing },
    { name: "in a shorter path", request: get(`/${token}`), ...missing },
    {
      name: "as user information of the target",
      request: get(`http://Bearer:${token}@localhost${ownPath}`),
      ...missing,
    },
    {
      name: "a user named by a proxy's header",
      request: get(ownPath, "x-user-id: alice", "x-forwarded-user: alice", "remote-user: alice"),
      ...missing,
    },
    {
      name: "a public path named by a proxy's header",
      request: get(ownPath, ...rewriting(publicPath)),
      ...missing,
    },
    {
      name: "the user's own path named by a proxy's header",
      request: get("/api/bob/tasks", bearer(token), ...rewriting(ownPath)),
      ...mismatch,
    },
  ];
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
