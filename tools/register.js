/**
 * Loads TypeScript as `ts-node/register/transpile-only` does, but keeps the JavaScript in node_modules/.cache:
 * compiling a hundred small files takes as long as everything else a preview does. The compiler is TypeScript's own
 * with the options of tsconfig.json.
 */
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { join, relative } = require("node:path");

const root = join(__dirname, "..");
const cacheDir = join(root, "node_modules/.cache/typescript");
// Whatever changes the compiler's output is part of every key.
const versions =
  readFileSync(require.resolve("typescript/package.json"), "utf8") + readFileSync(join(root, "tsconfig.json"));
let compilerOptions;

Module._extensions[".ts"] = (module, file) => module._compile(javascriptOf(file), file);

/** The JavaScript of a TypeScript file. */
function javascriptOf(file) {
  const source = readFileSync(file, "utf8");
  const key = createHash("sha256")
    .update(versions)
    .update(relative(root, file))
    .update("\0")
    .update(source)
    .digest("hex");
  return cached(join(cacheDir, `${key}.js`), () => compile(source, file));
}

// Pulumi loads these as it starts, which takes half of its time, and needs them only to serialise functions.
for (const name of ["typescript", "@npmcli/arborist"]) {
  const file = require.resolve(name, { paths: [require.resolve("@pulumi/pulumi")] });
  if (require.cache[file] !== undefined) {
    continue;
  }
  let loaded;
  const load = () => {
    if (loaded === undefined) {
      delete require.cache[file];
      loaded = require(file);
    }
    return loaded;
  };
  const exports = new Proxy({}, { get: (_target, property) => property === "__esModule" || load()[property] });
  require.cache[file] = Object.assign(new Module(file), { filename: file, loaded: true, exports });
}

function cached(path, make) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    const made = make();
    try {
      mkdirSync(cacheDir, { recursive: true });
      // Written beside and renamed, so that another process never reads half a file.
      const unfinished = `${path}.${process.pid}`;
      writeFileSync(unfinished, made);
      renameSync(unfinished, path);
    } catch {
      // A folder that cannot be written to costs time, nothing else.
    }
    return made;
  }
}

function compile(source, fileName) {
  const typescript = require("typescript");
  compilerOptions ??= {
    ...typescript.readConfigFile(join(root, "tsconfig.json"), typescript.sys.readFile).config.compilerOptions,
    inlineSourceMap: true,
  };
  const options = typescript.convertCompilerOptionsFromJson(compilerOptions, root).options;
  return typescript.transpileModule(source, { fileName, compilerOptions: options }).outputText;
}

module.exports = { javascriptOf };
