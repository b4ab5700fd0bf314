// strace's output, read: order of starts, results, flags and paths.

import { expect, test } from "vitest";
import { parse } from "./strace.js";

test("strace output: a call that another thread interrupted → stands where it began", () => {
  const calls = parse(
    [
      '11 pwrite64(5</s/ib_logfile0>, "\\1\\0,9"..., 512, 2048 <unfinished ...>',
      "12 fdatasync(6</s/ibdata1>) = 0",
      "11 <... pwrite64 resumed>) = 511",
    ].join("\n"),
  );

  expect(
    calls.map(({ name, path, offset, length, result }) => [name, path, offset, length, result]),
  ).toEqual([
    ["pwrite64", "/s/ib_logfile0", 2048, 512, 511],
    ["fdatasync", "/s/ibdata1", 0, 0, 0],
  ]);
});

test("strace output: an open → path and flags", () => {
  const [call] = parse(
    '7 openat(AT_FDCWD</w>, "/s/ibdata1", O_RDWR|O_CREAT|O_EXCL|O_DIRECT, 0640) = 9</s/ibdata1>',
  );

  expect(call).toMatchObject({ path: "/s/ibdata1", result: 9 });
  expect(call!.flags).toEqual(["O_RDWR", "O_CREAT", "O_EXCL", "O_DIRECT"]);
});

test("strace output: a call that failed → its negative result; exits and signals → no call", () => {
  const calls = parse(
    [
      '7 unlink("/s/x") = -1 ENOENT (No such file)',
      "8 ???( <unfinished ...>",
      "8 +++ killed by SIGKILL +++",
      "7 --- SIGCHLD {si_signo=SIGCHLD} ---",
      "7 +++ exited with 0 +++",
      "",
    ].join("\n"),
  );

  expect(calls).toMatchObject([{ name: "unlink", path: "/s/x", result: -1 }]);
});
