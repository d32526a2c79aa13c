export { type IssuerAddress, issuerAddress } from "./address.ts";
export type { ConnectionOptions } from "./connection.ts";
export { IssuerRefusal } from "./refusal.ts";
export { type Credentials, type IssuerSession, signIn, signUp } from "./session.ts";
export { createTestUsers, type LeftUser, type TestUsers } from "./test-users.ts";
