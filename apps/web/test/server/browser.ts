/** An HTTP client that keeps cookies and sends its origin, as a browser does. */
export class Browser {
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  cookie(name: string): string | undefined {
    return this.#cookies.get(name);
  }

  async request(
    method: "GET" | "POST",
    path: string,
    body?: object,
    headers: HeadersInit = {},
  ): Promise<Response> {
    const all = new Headers({ origin: this.#origin, "content-type": "application/json" });
    if (this.#cookies.size > 0)
      all.set("cookie", [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    for (const [name, value] of new Headers(headers)) all.set(name, value);
    const response = await fetch(`${this.#origin}${path}`, {
      method,
      headers: all,
      ...(method === "POST" ? { body: JSON.stringify(body ?? {}) } : {}),
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  /** Signs up and returns the new user's id. */
  async signUp(email: string, name = "Ada"): Promise<string> {
    const response = await this.request("POST", "/api/auth/sign-up/email", { email, name, password });
    if (response.status !== 200) throw new Error(`sign-up: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { user: { id: string } }).user.id;
  }

  signIn(email: string, headers: HeadersInit = {}, tried = password): Promise<Response> {
    return this.request("POST", "/api/auth/sign-in/email", { email, password: tried }, headers);
  }

  /** The `sid` of the session's tokens. */
  async sessionId(): Promise<string> {
    const payload = (await this.token()).split(".")[1] ?? "";
    return JSON.parse(Buffer.from(payload, "base64url").toString()).sid;
  }

  async token(): Promise<string> {
    const response = await this.request("GET", "/api/auth/token");
    if (response.status !== 200) throw new Error(`token: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { token: string }).token;
  }

  #keep(line: string): void {
    const [pair = "", ...attributes] = line.split("; ");
    const equals = pair.indexOf("=");
    if (attributes.includes("Max-Age=0")) this.#cookies.delete(pair.slice(0, equals));
    else this.#cookies.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
}

const password = "correct horse battery";
