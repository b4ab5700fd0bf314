// How long a function may be: 40 lines, up to 70 with a reason in exceptions.ts, never more.

import ts from "typescript";
import { FUNCTION_EXCEPTIONS } from "./exceptions.js";
import { isCode, isScript, linesOf, type Finding, type SourceText } from "./source.js";

export const FUNCTION_LINES_MAX = 40;
const FUNCTION_LINES_NEVER = 70;

export interface FunctionSpan {
  readonly name: string;
  /** First line, counted from one. */
  readonly line: number;
  /** Lines from the signature to the closing brace, both counted. */
  readonly count: number;
}

export function functionLength(file: SourceText): Finding[] {
  return functionsOf(file).flatMap(({ name, line, count }) => {
    const message = judge(file.path, name, count);
    return message === null ? [] : [{ path: file.path, line, message }];
  });
}

function judge(path: string, name: string, count: number): string | null {
  if (count > FUNCTION_LINES_NEVER)
    return `${name} has ${count} lines; never more than ${FUNCTION_LINES_NEVER}`;
  if (count <= FUNCTION_LINES_MAX || FUNCTION_EXCEPTIONS.has(`${path}#${name}`)) return null;
  return `${name} has ${count} lines; the limit is ${FUNCTION_LINES_MAX}: give its parts names`;
}

export function functionsOf(file: SourceText): FunctionSpan[] {
  if (isScript(file.path)) return scriptFunctions(file);
  return isCode(file.path) ? nativeFunctions(file) : [];
}

function scriptFunctions(file: SourceText): FunctionSpan[] {
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
  const spans: FunctionSpan[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && !isSuite(node)) spans.push(spanOf(source, node));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return spans;
}

/** The callback of describe() is a chapter, not a function. */
function isSuite(node: ts.Node): boolean {
  const call = node.parent;
  return ts.isCallExpression(call) && call.expression.getText().startsWith("describe");
}

function spanOf(source: ts.SourceFile, node: ts.Node): FunctionSpan {
  const first = source.getLineAndCharacterOfPosition(node.getStart()).line;
  const last = source.getLineAndCharacterOfPosition(node.getEnd()).line;
  return { name: nameOf(node), line: first + 1, count: last - first + 1 };
}

function nameOf(node: ts.Node): string {
  if (ts.isConstructorDeclaration(node)) return "constructor";
  const named = "name" in node && node.name !== undefined ? node : node.parent;
  return ts.getNameOfDeclaration(named as ts.Declaration)?.getText() ?? "a function";
}

/** C in the house layout: the body opens at the end of a line and closes in the first column. */
function nativeFunctions(file: SourceText): FunctionSpan[] {
  const lines = linesOf(file);
  const spans: FunctionSpan[] = [];
  let start = -1;
  lines.forEach((line, index) => {
    const startsHere = /^[A-Za-z_].*\(/.test(line) && !/;\s*$/.test(line);
    if (start < 0 && startsHere) start = index;
    else if (start >= 0 && /^\S.*;\s*$/.test(line)) start = -1;
    if (start < 0 || !/^\}/.test(line)) return;
    const name = /(\w+)\s*\(/.exec(lines[start] ?? "")?.[1] ?? "a function";
    spans.push({ name, line: start + 1, count: index - start + 1 });
    start = -1;
  });
  return spans;
}
