// `@usher-auth/verify/http`: problem bodies for an application's own errors.
export { httpProblem } from "./http-problem.ts";
export { type Problem, problemContentType } from "./problem.ts";
