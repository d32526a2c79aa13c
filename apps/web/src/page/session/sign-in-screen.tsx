import { type ReactNode, useEffect, useRef, useState } from "react";
import { Brand } from "../ui/brand.tsx";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { isFirstVisit } from "./first-visit.ts";
import { SignInForm } from "./sign-in-form.tsx";
import { SignUpForm } from "./sign-up-form.tsx";

/** The sign-in and sign-up forms. `notice` tells a user why they are signed out. */
export function SignInScreen({ notice }: { notice: string | undefined }) {
  const [isNew, setIsNew] = useState(isFirstVisit);
  const [hasChanged, setHasChanged] = useState(false);
  // Move the focus after the end of a session and after a change of form, but not when the page loads.
  const takesFocus = notice !== undefined || hasChanged;

  function change(): void {
    setHasChanged(true);
    setIsNew(!isNew);
  }

  return (
    <main className="mx-auto grid min-h-dvh max-w-5xl content-center gap-8 px-4 py-10 sm:px-6 md:grid-cols-2 md:items-center md:gap-16">
      <div>
        <Brand large />
        <p className="mt-5 max-w-prose text-lg leading-relaxed">
          A task list with an API that verifies every token and shows you only your own tasks.
        </p>
        <p className="mt-3 max-w-prose text-muted leading-relaxed">
          You sign in with Better Auth. The API never sees your password: it gets a token that is valid for
          five minutes, and verifies it on every request. An inspector next to your tasks shows the token, and
          how the API answers an invalid one.
        </p>
      </div>
      <section
        aria-labelledby="sign-in-heading"
        className="rounded-2xl border border-line bg-surface p-6 sm:p-8"
      >
        <FormHeading key={String(isNew)} takesFocus={takesFocus}>
          {isNew ? "Create your account" : "Welcome back"}
        </FormHeading>
        {notice && !isNew && (
          <div className="mb-5">
            <Notice kind="plain">{notice}</Notice>
          </div>
        )}
        {isNew ? <SignUpForm /> : <SignInForm />}
        <p className="mt-6 border-line border-t pt-4 text-muted text-sm">
          {isNew ? "Already have an account?" : "New here?"}{" "}
          <Button look="link" onClick={change}>
            {isNew ? "Sign in instead" : "Create an account"}
          </Button>
        </p>
      </section>
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
