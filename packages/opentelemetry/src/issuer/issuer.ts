import type { deliveryStatus } from "@usher-auth/issuer";

/** What `betterAuth()` returned. */
export type Issuer = Parameters<typeof deliveryStatus>[0];
