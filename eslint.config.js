// Lint rules for what types alone cannot see. Prettier owns layout, scripts/tidy sizes and words.
//
//   host, native, bench, test, scripts/*.ts   rules with type information
//   engine, inspector                         AssemblyScript: a small set without type information
//   *.mjs, *.js                               the same small set

import { globalIgnores, defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

const withTypes = {
  files: ["{host,native,bench,test,scripts}/**/*.ts"],
  extends: [tseslint.configs.base],
  languageOptions: {
    parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
  },
  rules: {
    "@typescript-eslint/await-thenable": "error",
    "@typescript-eslint/consistent-type-imports": "error",
    "@typescript-eslint/no-base-to-string": "error",
    "@typescript-eslint/no-explicit-any": "error",
    "@typescript-eslint/no-floating-promises": "error",
    "@typescript-eslint/no-misused-promises": "error",
    "@typescript-eslint/no-unnecessary-type-assertion": "error",
    "@typescript-eslint/no-unsafe-argument": "error",
    "@typescript-eslint/no-unsafe-assignment": "error",
    "@typescript-eslint/no-unsafe-call": "error",
    "@typescript-eslint/no-unsafe-member-access": "error",
    "@typescript-eslint/no-unsafe-return": "error",
    "@typescript-eslint/only-throw-error": "error",
    "@typescript-eslint/prefer-promise-reject-errors": "error",
    "@typescript-eslint/restrict-plus-operands": "error",
    "@typescript-eslint/switch-exhaustiveness-check": [
      "error",
      { considerDefaultExhaustiveForUnions: true },
    ],
  },
};

const everywhere = {
  files: ["**/*.{ts,mjs,js}"],
  extends: [tseslint.configs.base],
  linterOptions: { reportUnusedDisableDirectives: "error" },
  rules: {
    "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    eqeqeq: "error",
    "max-depth": ["error", 3],
    "max-params": ["error", 6],
    "no-constant-condition": ["error", { checkLoops: "allExceptWhileTrue" }],
    "no-duplicate-imports": ["error", { allowSeparateTypeImports: true }],
    "no-fallthrough": "error",
    "no-self-compare": "error",
    "no-unreachable": "error",
    "no-useless-return": "error",
    "no-var": "error",
    "prefer-const": "error",
  },
};

const engine = {
  files: ["{engine,inspector}/**/*.ts"],
  rules: {
    // AssemblyScript's == on numbers is strict already, and it has no `import type` to merge with.
    eqeqeq: "off",
    "no-duplicate-imports": "off",
    // The engine allocates nothing, so a call cannot gather its parameters in an object.
    "max-params": "off",
  },
};

export default defineConfig([
  globalIgnores(["build/", "bench-results/", "test/fixtures/"]),
  everywhere,
  withTypes,
  engine,
]);
