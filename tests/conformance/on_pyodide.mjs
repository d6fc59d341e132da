// Runs a program on Pyodide. Arguments: the program, then folders, of which each holds one package's parent.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { loadPyodide } from "pyodide";

const [program, ...packages] = process.argv.slice(2);
const pyodide = await loadPyodide();
for (const folder of packages) {
  const place = `/packages/${basename(folder)}`;
  pyodide.FS.mkdirTree(place);
  pyodide.mountNodeFS(place, folder);
}
pyodide.runPython("import sys; sys.path.insert(0, '/packages'); sys.dont_write_bytecode = True");
pyodide.runPython(readFileSync(program, "utf8"));
