/** A parameter in a documented path, in its braces. */
export const parameterInPath: RegExp = /\{([^{}]+)\}/g;
