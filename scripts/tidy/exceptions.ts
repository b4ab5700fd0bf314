// Functions that may be longer than 40 lines, each with the reason. None may be longer than 70.

/** `path#function` → why it stays in one piece. An entry that is no longer needed is a finding. */
export const FUNCTION_EXCEPTIONS: ReadonlyMap<string, string> = new Map<string, string>([]);
