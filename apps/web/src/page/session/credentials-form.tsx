import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { rememberVisit } from "./first-visit.ts";

type Answer = {
  error: { status: number; code?: string | undefined; message?: string | undefined } | null;
};

/** A form that Better Auth rejected. */
class CredentialsError extends Error {
  override readonly name = "CredentialsError";
  readonly code: string | undefined;

  constructor(message: string, code: string | undefined) {
    super(message);
    this.code = code;
  }
}

type Props = {
  /** The label of the button. */
  action: string;
  send: (form: FormData) => Promise<Answer>;
  /** Says more about an error than its message. */
  explain?: (error: CredentialsError) => ReactNode;
  children: ReactNode;
};

/** A form that is sent to Better Auth. After success, the page changes because there is a session. */
export function CredentialsForm({ action, send, explain, children }: Props) {
  const attempt = useMutation({
    async mutationFn(form: FormData) {
      const { error } = await send(form);
      if (error) {
        throw new CredentialsError(error.message || `The web app answered ${error.status}`, error.code);
      }
      rememberVisit();
    },
  });
  const explanation = (error: Error) => (error instanceof CredentialsError ? explain?.(error) : undefined);
  // Stays busy after a success until the screen changes, so that the form is not sent twice.
  const isBusy = attempt.isPending || attempt.isSuccess;

  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy) attempt.mutate(new FormData(event.currentTarget));
      }}
    >
      {children}
      {attempt.error && <Notice kind="bad">{explanation(attempt.error) ?? attempt.error.message}</Notice>}
      <Button type="submit" look="primary" isBusy={isBusy}>
        {action}
      </Button>
    </form>
  );
}

export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}
