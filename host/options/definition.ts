// What one variable is. The table in variables.ts is made of these; parsing, range checks, the
// command line's help and the documentation all read the same entry.

export type VariableType = "size" | "integer" | "decimal" | "boolean" | "enum" | "string";

export interface VariableDefinition {
  readonly name: string;
  readonly type: VariableType;
  /** The value without the option; a function of the settings before it when it depends on them. */
  readonly default: DefaultValue | ((settings: Record<string, DefaultValue>) => DefaultValue);
  /** The default in words, when it depends on something. */
  readonly defaultText?: string;
  readonly min?: number;
  readonly max?: number;
  /** The value must be a multiple of this. */
  readonly multipleOf?: number;
  /** The value must be 2 to some power. */
  readonly powerOfTwo?: boolean;
  /** Values of an enum, as they are stored. */
  readonly values?: readonly string[];
  /** Other spellings of an enum's values, in lower case. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** "bytes", "ms", "s", "MiB", "%", "pages", or "" for a count. */
  readonly unit: string;
  /** One sentence for `bench list variables`. */
  readonly summary: string;
}

export type DefaultValue = number | string | boolean | null;
