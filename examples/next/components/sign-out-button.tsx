"use client";

import { useState } from "react";
import { authClient } from "@/lib/auth-client";
import { useApi } from "./api-provider";

export function SignOutButton() {
  const api = useApi();
  const [failed, setFailed] = useState(false);
  async function signOut() {
    const { error } = await authClient.signOut();
    if (error !== null) return setFailed(true);
    // Tells the other tabs. By itself, the client hears of the sign-out later than this page may last.
    api?.clearToken();
    window.location.assign("/sign-in");
  }
  return (
    <button type="button" className="quiet" onClick={signOut}>
      {failed ? "Not signed out: try again" : "Sign out"}
    </button>
  );
}
