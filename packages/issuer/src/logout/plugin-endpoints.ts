/** A property of the plugin that all copies of the package know, and that a spread copies. */
const property = Symbol.for("@usher-auth/issuer:endpoints");

/** Writes the endpoints on the plugin, so that they can be found again in a Better Auth instance. */
export function withEndpoints<Plugin extends object>(plugin: Plugin, endpoints: readonly string[]): Plugin {
  return Object.assign(plugin, { [property]: Object.freeze([...endpoints]) });
}

/** The endpoints of the `usherJwt()` among these plugins. Undefined when there is none. */
export function endpointsOf(plugins: readonly object[]): readonly string[] | undefined {
  for (const plugin of plugins) {
    const endpoints = (plugin as { readonly [property]?: readonly string[] })[property];
    if (endpoints !== undefined) return endpoints;
  }
  return undefined;
}
