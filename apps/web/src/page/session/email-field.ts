import type { ChangeEvent } from "react";

/** What the sign-in form and the sign-up form share: the email survives the change between them. */
export type EmailField = { value: string; onChange: (event: ChangeEvent<HTMLInputElement>) => void };
