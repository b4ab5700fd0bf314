// A note of the doctor: one sentence, and the topic of --explain that says more.

import type { TopicName } from "./topics.js";

export interface Note {
  /** A warning is about losing data; a note is about understanding what happens. */
  readonly severity: "warning" | "note";
  readonly topic: TopicName;
  readonly sentence: string;
}

export function warning(topic: TopicName, sentence: string): Note {
  return { severity: "warning", topic, sentence };
}

export function note(topic: TopicName, sentence: string): Note {
  return { severity: "note", topic, sentence };
}
