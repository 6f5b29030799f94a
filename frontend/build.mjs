// Builds the scripts of the report. Same sources and lock file, same bytes.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "..", "src", "interfirm", "report", "static");

function sources(folder = "src") {
  return readdirSync(join(here, folder), { withFileTypes: true })
    .flatMap((item) => (item.isDirectory() ? sources(`${folder}/${item.name}`) : [`${folder}/${item.name}`]))
    .sort();
}

// Must agree with tests/report/test_map_bundle.py.
export function hashOfSources() {
  const hash = createHash("sha256");
  for (const name of ["build.mjs", "package-lock.json", "package.json", "tsconfig.json", ...sources()]) {
    hash.update(name + "\0");
    hash.update(readFileSync(join(here, name), "utf8").replaceAll("\r\n", "\n"));
    hash.update("\0");
  }
  return hash.digest("hex");
}

function notice(names) {
  return names
    .map((name) => {
      const folder = join(here, "node_modules", name);
      const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const file = readdirSync(folder).find((item) => /^licen[sc]e/i.test(item));
      const text = file ? readFileSync(join(folder, file), "utf8").trim() : `${about.license} licence.`;
      return `${name} ${about.version}\n${text}`;
    })
    .join("\n\n");
}

function banner(name, bundled) {
  const parts = [`interfirm ${name}; BSD-3-Clause; built from frontend/, sources sha256:${hashOfSources()}`];
  if (bundled.length) parts.push("It contains:", notice(bundled));
  return `/*!\n${parts.join("\n\n").replaceAll("*/", "* /")}\n*/`;
}

mkdirSync(out, { recursive: true });
const scripts = { page: [], map: ["sigma", "graphology", "graphology-utils", "events"] };
for (const [name, bundled] of Object.entries(scripts)) {
  const result = await build({
    absWorkingDir: here,
    entryPoints: [`src/${name}.ts`],
    bundle: true,
    minify: true,
    format: "iife",
    target: ["es2020"],
    charset: "ascii",
    legalComments: "none",
    banner: { js: banner(name, bundled) },
    write: false,
  });
  const text = result.outputFiles[0].text.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
  writeFileSync(join(out, `${name}.js`), text);
}
const css = await build({
  absWorkingDir: here,
  entryPoints: ["src/page.css"],
  minify: true,
  charset: "utf8",
  target: ["es2020"],
  legalComments: "none",
  banner: { css: banner("page", []) },
  write: false,
});
writeFileSync(join(out, "page.css"), css.outputFiles[0].text);
