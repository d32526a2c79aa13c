/** `next build` loads this file without the server's environment. instrumentation.ts requires it at start. */
export const webUrl = process.env.BETTER_AUTH_URL ?? "http://localhost:3000";

/** Where the API is, and its name in tokens: the audience. */
export const apiUrl = process.env.API_URL ?? "http://localhost:3001";
