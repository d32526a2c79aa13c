/** @throws {TypeError} Not a number of milliseconds from 1 to `longest`. */
export function requireTimeout(name: string, milliseconds: number, longest: number): number {
  // Without types, it may be text of an environment variable.
  if (typeof milliseconds === "number" && milliseconds >= 1 && milliseconds <= longest) return milliseconds;
  throw new TypeError(`${name} must be milliseconds, from 1 to ${longest}`);
}
