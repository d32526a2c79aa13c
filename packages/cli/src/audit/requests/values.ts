/** What the parameters of a request are filled with. */
export interface Values {
  /** For every parameter that names the user, wherever it is. */
  readonly owner: string;
  /** For the other parameters of the path, by name. */
  readonly objects: ReadonlyMap<string, string>;
}
