import { usher } from "@usher-auth/verify/fetch";
import { type SoundFramework, task } from "./sound.ts";

type Context = { readonly params: Promise<Record<string, string>> };

export const soundNext: SoundFramework = {
  name: "route module of Next.js",
  build(options) {
    const guard = usher(options);
    const route = { params: (_request: Request, context: Context) => context.params };
    return {
      app: {
        GET: guard.protect(route, () => Response.json({ tasks: [task] })),
        POST: guard.protect(route, () => new Response(null, { status: 400 })),
      },
      routes: ["/orgs/[orgId]/users/[userId]/tasks/[...taskId]"],
    };
  },
};
