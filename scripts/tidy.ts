// `npm run tidy`: the house style as a program. Prints file:line and what to write instead.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../host/package-root.js";
import { listFiles } from "./tidy/files.js";
import { checkAll } from "./tidy/rules.js";

const root = packageRoot();
const files = listFiles(root).map((path) => ({
  path,
  text: readFileSync(join(root, path), "utf8"),
}));
const findings = checkAll(files);
for (const finding of findings) {
  console.error(`${finding.path}:${finding.line}  ${finding.message}`);
}
if (findings.length > 0) console.error(`tidy: ${findings.length} to mend in ${files.length} files`);
process.exitCode = findings.length === 0 ? 0 : 1;
