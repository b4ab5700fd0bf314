// One page, block or record in full: the window holds it and nothing else.
//
//   arguments   0      1     2              3             4      5         6
//               bytes  kind  physical size  logical size  full   position  first page

import { judgeCopy } from "./copies";
import { describeDetectRecord } from "./describe-detect";
import { describePage } from "./describe-page";
import { describeBlock, describeMariadbBlock } from "./describe-redo";
import { judge } from "./innodb/judge";
import { setShape } from "./innodb/shape";
import { begin, count, end, text } from "./out";
import { verdictName } from "./names";
import {
  KIND_DETECT_ONLY,
  KIND_DOUBLEWRITE,
  KIND_MARIADB_REDO,
  KIND_REDO,
  KIND_TABLESPACE,
} from "./recognize";
import { argument, EXIT_BAD_ARGUMENTS, exit, window, windowBytes } from "./sandbox";

export function describe(): void {
  const kind = <u32>argument(1);
  const size = <u32>argument(2);
  if (windowBytes < size || size == 0) exit(EXIT_BAD_ARGUMENTS);
  if (kind == KIND_TABLESPACE || kind == KIND_DOUBLEWRITE) {
    setShape(<u32>argument(3), size, argument(4) == 1);
    const verdict = kind == KIND_DOUBLEWRITE ? judgeCopy(window) : judge(window);
    begin("page");
    count("position", <u32>argument(5));
    text("verdict", verdictName(verdict));
    end();
    describePage(verdict);
  } else if (kind == KIND_REDO) describeBlock(<u32>argument(5));
  else if (kind == KIND_MARIADB_REDO) describeMariadbBlock(<u32>argument(5));
  else if (kind == KIND_DETECT_ONLY) describeDetectRecord();
}
