// Vercel's `ai` as a client, at a proxy whose address is the argument: prints what came back as JSON.
//
// Runs in a folder of its own with `ai`, `@ai-sdk/openai`, `@ai-sdk/openai-compatible`, `@ai-sdk/anthropic` and `zod`.

import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, Output, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

globalThis.AI_SDK_LOG_WARNINGS = false;
const [url, ...names] = process.argv.slice(2);
const weather = z.object({ city: z.string(), degrees: z.number().int() });
const lookUp = tool({
  description: "Look a word up.",
  inputSchema: z.object({ word: z.string() }),
  execute: async ({ word }) => `${word} is water`,
});

// A maker of models for each door.
function doors(headers) {
  const at = { baseURL: `${url}/v1`, apiKey: "any", headers };
  const openai = createOpenAI(at);
  const compatible = createOpenAICompatible({ name: "tokenwise", supportsStructuredOutputs: true, includeUsage: true, ...at });
  return {
    chat: (name) => openai.chat(name),
    responses: (name) => openai.responses(name),
    compatible: (name) => compatible(name),
    messages: createAnthropic(at),
  };
}

// Each thing that a client can do, and whether it did.
async function seen(model) {
  const settings = { model, maxRetries: 0 };
  const { text, usage } = await generateText({ ...settings, prompt: "What is rain?" });
  const streamed = streamText({ ...settings, prompt: "What is rain?", onError() {} });
  let pieces = "";
  for await (const piece of streamed.textStream) pieces += piece;
  const ran = await generateText({ ...settings, prompt: "Please look_up rain", tools: { look_up: lookUp }, stopWhen: stepCountIs(3) });
  const shaped = await generateText({ ...settings, prompt: "The weather of Bern", output: Output.object({ schema: weather }) });
  return {
    text: text.length > 0 && usage.outputTokens > 0,
    stream: pieces === text && (await streamed.finishReason) === "stop",
    tools: ran.steps.length > 1 && ran.steps[0].toolResults.length > 0 && ran.text.length > 0,
    schema: Number.isInteger(shaped.output.degrees),
  };
}

// What the user reads of a refusal.
async function refused(model) {
  try {
    await generateText({ model, maxRetries: 0, prompt: "What is rain?" });
  } catch (error) {
    return `${error.statusCode} ${error.message}`;
  }
  return "";
}

const poor = doors({ "x-tokenwise-budget": "0.0000001" });
const found = {};
for (const name of names) {
  for (const [door, made] of Object.entries(doors({}))) {
    found[`${door} ${name}`] = {
      ...(await seen(made(name))),
      402: (await refused(poor[door](name))).includes("budget"),
      404: (await refused(made("house/nowhere"))).includes("does not exist"),
    };
  }
}
console.log(JSON.stringify(found));
