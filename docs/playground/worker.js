// Python beside the page, so that the page stays quick: it gets a question and a document, and gives a document.
import { loadPyodide } from "./pyodide/pyodide.mjs";

async function core() {
  const python = await loadPyodide({ indexURL: new URL("./pyodide/", import.meta.url).href });
  const packages = await fetch(new URL("./core.zip", import.meta.url));
  python.unpackArchive(await packages.arrayBuffer(), "zip");
  return python.runPython("import playground\nplayground.answer");
}

const ready = core();
onmessage = async ({ data: { id, asked, document } }) => {
  try {
    postMessage({ id, answer: (await ready)(asked, document) });
  } catch (error) {
    postMessage({ id, answer: JSON.stringify({ problems: [String(error)] }) });
  }
};
