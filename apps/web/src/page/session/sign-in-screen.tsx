import { type ReactNode, useEffect, useRef, useState } from "react";
import type { PageConfig } from "../api/config.ts";
import { SignedOutRequests } from "../requests/signed-out-requests.tsx";
import { Brand } from "../ui/brand.tsx";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import type { EmailField } from "./email-field.ts";
import { isFirstVisit } from "./first-visit.ts";
import type { OldToken } from "./old-token.ts";
import { SignInForm } from "./sign-in-form.tsx";
import { SignUpForm } from "./sign-up-form.tsx";

type Props = {
  config: PageConfig;
  /** Tells a user why they are signed out. */
  notice: string | undefined;
  /** The token of the session that has just ended. */
  oldToken: OldToken | undefined;
};

/** The sign-in and sign-up forms, and what the API answers without a session. */
export function SignInScreen({ config, notice, oldToken }: Props) {
  const [isNew, setIsNew] = useState(isFirstVisit);
  const [hasChanged, setHasChanged] = useState(false);
  const [email, setEmail] = useState("");
  const emailField: EmailField = { value: email, onChange: (event) => setEmail(event.target.value) };
  // The email of the other form is still there, so that only the password is missing.
  const startsWithPassword = hasChanged && !isNew && email !== "";
  // Move the focus after the end of a session and after a change of form, but not when the page loads.
  const takesFocus = (notice !== undefined || hasChanged) && !startsWithPassword;

  function change(): void {
    setHasChanged(true);
    setIsNew(!isNew);
  }

  const requests = <SignedOutRequests {...config} oldToken={oldToken} />;
  return (
    <main className="mx-auto grid min-h-dvh max-w-6xl content-center gap-x-16 gap-y-6 px-4 py-6 sm:px-6 md:grid-cols-[minmax(0,1fr)_minmax(0,25rem)]">
      <div className="md:self-end">
        <Brand large />
        <p className="mt-3 max-w-prose text-lg">
          An API that verifies every token, and shows each user only their own tasks.
        </p>
        {oldToken === undefined && (
          <p className="mt-1.5 max-w-prose text-muted">
            You sign in with Better Auth. The API gets a token that is valid for five minutes, and verifies it
            on every request. Sign up, and try to get past it.
          </p>
        )}
      </div>
      <section
        aria-labelledby="sign-in-heading"
        className="rounded-2xl border border-line bg-surface p-6 max-md:order-last sm:p-8 md:row-span-2 md:self-center"
      >
        <FormHeading key={String(isNew)} takesFocus={takesFocus}>
          {isNew ? "Create your account" : "Welcome back"}
        </FormHeading>
        {notice && !isNew && (
          <div className="mb-5">
            <Notice kind="plain">{notice}</Notice>
          </div>
        )}
        {isNew ? (
          <SignUpForm email={emailField} onSignIn={change} />
        ) : (
          <SignInForm email={emailField} startsWithPassword={startsWithPassword} />
        )}
        <p className="mt-6 border-line border-t pt-4 text-muted text-sm">
          {isNew ? "Already have an account?" : "New here?"}{" "}
          <Button look="link" onClick={change}>
            {isNew ? "Sign in instead" : "Create an account"}
          </Button>
        </p>
      </section>
      <div className="md:self-start">{requests}</div>
    </main>
  );
}

function FormHeading({ takesFocus, children }: { takesFocus: boolean; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takesFocus) heading.current?.focus();
  }, [takesFocus]);
  return (
    <h1
      id="sign-in-heading"
      ref={heading}
      tabIndex={-1}
      className="mb-5 font-semibold text-2xl tracking-tight"
    >
      {children}
    </h1>
  );
}
