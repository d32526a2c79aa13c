/** Answers a question about a request that two header fields name. */
export const authPath = "/.usher/auth";

/** Gives the whole answer to a request, to a proxy that cannot take it from the first answer. */
export const refusalPath = "/.usher/refusal";

/** Envoy's `path_prefix`. The original path follows, with its own slash. */
export const envoyPrefix = "/.usher/envoy";
