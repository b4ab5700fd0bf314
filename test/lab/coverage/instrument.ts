// Instruments AssemblyScript source for branch coverage, text to text: lines stay where they are.
//
//   if (a && b) …     ▸  if (took(0, a) && took(1, b)) …       each condition: true and false
//   case X: …         ▸  case X: entered(2); …                  each case: entered
//
// A condition is what decides: every operand of && and ||, and every condition of if, while, for
// and ?:. What assert() demands is no branch: recovery has no other side of it.
//
// Wrapped in a call, a comparison with null tells the compiler nothing any more, so every other use
// of such a variable is marked as known not to be null.

import ts from "typescript";

/** The file that counts, beside the engine's own; probe.ts writes it. */
export const PROBE = "engine/coverage-probe.ts";

export interface Branch {
  readonly file: string;
  /** From one. */
  readonly line: number;
  readonly column: number;
  /** The condition or the case as it stands in the source. */
  readonly text: string;
  readonly kind: "condition" | "case";
}

interface Insertion {
  readonly at: number;
  readonly text: string;
}

/**
 * Returns the instrumented text, and its branches; the first has the number `firstId`.
 * Requires: `path` starts with "engine/".
 */
export function instrument(
  path: string,
  source: string,
  firstId: number,
): { text: string; branches: Branch[] } {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const instrumenter = new Instrumenter(path, file, firstId);
  instrumenter.visit(file);
  const depth = path.split("/").length - 2;
  const probe = `${depth === 0 ? "./" : "../".repeat(depth)}coverage-probe`;
  const first = `import { entered, took } from "${probe}"; `;
  return { text: first + instrumenter.apply(source), branches: instrumenter.branches };
}

class Instrumenter {
  readonly branches: Branch[] = [];
  private readonly insertions: Insertion[] = [];
  private readonly wrapped = new Set<ts.Node>();

  constructor(
    private readonly path: string,
    private readonly file: ts.SourceFile,
    private readonly firstId: number,
  ) {}

  apply(source: string): string {
    let text = "";
    let from = 0;
    for (const { at, text: inserted } of this.insertions.sort((a, b) => a.at - b.at)) {
      text += source.slice(from, at) + inserted;
      from = at;
    }
    return text + source.slice(from);
  }

  visit(node: ts.Node): void {
    if (isAssert(node)) return;
    const condition = conditionOf(node);
    if (condition !== undefined) this.wrap(condition);
    if (isLogical(node)) this.wrap(node);
    if (ts.isCaseClause(node)) this.enter(node);
    if (ts.isFunctionLike(node)) this.markNullables(node);
    ts.forEachChild(node, (child) => this.visit(child));
  }

  /** Wraps every part of a condition that decides on its own. */
  private wrap(expression: ts.Expression): void {
    if (ts.isParenthesizedExpression(expression)) return this.wrap(expression.expression);
    if (isNot(expression)) return this.wrap(expression.operand);
    if (isLogical(expression)) {
      this.wrap(expression.left);
      this.wrap(expression.right);
      return;
    }
    if (this.wrapped.has(expression) || expression.kind === ts.SyntaxKind.TrueKeyword) return;
    this.wrapped.add(expression);
    this.insert(expression.getStart(), `took(${this.number(expression, "condition")}, `);
    this.insert(expression.getEnd(), ")");
  }

  private enter(clause: ts.CaseClause): void {
    const first = clause.statements[0];
    if (first === undefined) return;
    this.insert(first.getStart(), `entered(${this.number(clause.expression, "case")}); `);
  }

  private number(node: ts.Node, kind: Branch["kind"]): number {
    const { line, character } = this.file.getLineAndCharacterOfPosition(node.getStart());
    const text = node.getText().replace(/\s+/g, " ");
    this.branches.push({ file: this.path, line: line + 1, column: character + 1, text, kind });
    return this.firstId + this.branches.length - 1;
  }

  /** Marks the uses of variables that the function compares with null. */
  private markNullables(scope: ts.Node): void {
    const names = new Set<string>();
    const uses: ts.Identifier[] = [];
    const collect = (node: ts.Node): void => {
      if (ts.isIdentifier(node) && isUse(node)) uses.push(node);
      if (ts.isIdentifier(node) && isComparedWithNull(node)) names.add(node.text);
      ts.forEachChild(node, collect);
    };
    collect(scope);
    for (const use of uses) if (names.has(use.text)) this.insert(use.getEnd(), "!");
  }

  private insert(at: number, text: string): void {
    this.insertions.push({ at, text });
  }
}

function isAssert(node: ts.Node): boolean {
  return ts.isCallExpression(node) && node.expression.getText() === "assert";
}

/** The condition of a statement or expression that has one. */
function conditionOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isIfStatement(node) || ts.isWhileStatement(node)) return node.expression;
  if (ts.isDoStatement(node)) return node.expression;
  if (ts.isForStatement(node) || ts.isConditionalExpression(node)) return node.condition;
  return undefined;
}

function isLogical(node: ts.Node): node is ts.BinaryExpression {
  if (!ts.isBinaryExpression(node)) return false;
  const operator = node.operatorToken.kind;
  return (
    operator === ts.SyntaxKind.AmpersandAmpersandToken || operator === ts.SyntaxKind.BarBarToken
  );
}

function isNot(node: ts.Node): node is ts.PrefixUnaryExpression {
  return ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken;
}

function isComparedWithNull(node: ts.Identifier): boolean {
  const { parent } = node;
  return ts.isBinaryExpression(parent) && parent.right.kind === ts.SyntaxKind.NullKeyword;
}

/** A use of a variable's value that is not null there. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (isComparedWithNull(node) || ts.isNonNullExpression(parent)) return false;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  return ts.isCallExpression(parent) && parent.arguments.includes(node);
}
