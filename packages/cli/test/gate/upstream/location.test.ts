import { expect, test } from "vitest";
import { locationForClient } from "../../../src/gate/upstream/location.ts";

test.each([
  ["http://api:8000/tasks", "/tasks"],
  ["HTTP://API:8000/tasks?a=1#b", "/tasks?a=1#b"],
  ["https://api:8000/tasks", "/tasks"],
  ["http://user:password@api:8000/tasks", "/tasks"],
  ["http://api:8000", "/"],
  ["http://api:8000?a=1", "/?a=1"],
  ["http://api:8000#b", "/#b"],
  // Another host, once it is relative.
  ["http://api:8000//other.example/", "/other.example/"],
  ["http://api:8000/\\other.example/", "/other.example/"],
  ["http://api:8000/\t/other.example/", "/other.example/"],
  ["http://api:8000\\/other.example/", "/other.example/"],
  // Not the backend.
  ["http://api:8001/tasks", "http://api:8001/tasks"],
  ["http://api/tasks", "http://api/tasks"],
  ["http://api:8000@other.example/", "http://api:8000@other.example/"],
  ["http://api:8000.other.example/", "http://api:8000.other.example/"],
  ["ftp://api:8000/", "ftp://api:8000/"],
  ["//api:8000/tasks", "//api:8000/tasks"],
  ["/tasks", "/tasks"],
  ["tasks", "tasks"],
  ["", ""],
])("%j becomes %j", (location, expected) => {
  expect(locationForClient(location, "api:8000")).toBe(expected);
});

test("a default port may be stated or left out", () => {
  expect(locationForClient("http://api:80/tasks", "api")).toBe("/tasks");
  expect(locationForClient("https://api:443/tasks", "api")).toBe("/tasks");
  expect(locationForClient("http://[::1]:8000/tasks", "[::1]:8000")).toBe("/tasks");
});
