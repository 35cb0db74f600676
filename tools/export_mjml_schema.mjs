// Writes apes_mailer/render/mjml_schema.json: the names and types of every MJML component, read from npm's mjml.
//
//     node tools/export_mjml_schema.mjs [VERSION]
//
// Run by hand when MJML has a new version; needs node and the npm registry. The package is installed into a
// temporary folder and removed again. Only facts are taken (names, types, nesting), no texts and no code.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const TARGET = fileURLToPath(new URL("../apes_mailer/render/mjml_schema.json", import.meta.url));

// Allowed on every component of the body (mjml-validator, rules/validAttributes).
const EVERYWHERE = { "css-class": "string", "mj-class": "string" };

// Tags that have no component class; attributes as documented in the README of mjml, mjml-head-attributes,
// mjml-head-html-attributes and mjml-core. mj-all and mj-class are left out: they take every attribute there is.
const WITHOUT_CLASS = {
  mjml: { dir: "enum(auto,ltr,rtl)", lang: "string", owa: "enum(desktop,mobile)" },
  "mj-html-attribute": { name: "string" },
  "mj-include": { path: "string", type: "enum(css,html,mjml)", "css-inline": "string" },
  "mj-selector": { path: "string" },
};

function install(version) {
  const folder = mkdtempSync(path.join(tmpdir(), "mjml-schema-"));
  writeFileSync(path.join(folder, "package.json"), '{"private": true}');
  execFileSync("npm", ["install", "--silent", "--no-audit", "--no-fund", `mjml@${version}`], {
    cwd: folder,
    shell: process.platform === "win32",
    stdio: ["ignore", "ignore", "inherit"],
  });
  return folder;
}

function sorted(record) {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function componentLine(component, dependencies) {
  const name = component.componentName;
  const own = component.allowedAttributes ?? {};
  const inHead = (dependencies["mj-head"] ?? []).includes(name) && name !== "mj-raw";
  const attributes = inHead || name === "mj-head" ? own : { ...own, ...EVERYWHERE };
  return {
    ending: Boolean(component.endingTag),
    children: childrenOf(name, dependencies),
    attributes: sorted(attributes),
  };
}

function childrenOf(name, dependencies) {
  // mj-attributes allows anything, by a regular expression.
  return (dependencies[name] ?? []).map((child) => (child instanceof RegExp ? "*" : child)).sort();
}

function read(folder) {
  const load = createRequire(path.join(folder, "package.json"));
  const unwrap = (module) => module.default ?? module;
  const { components, dependencies } = unwrap(load("mjml-preset-core"));
  const described = components.map((component) => [
    component.componentName,
    componentLine(component, dependencies),
  ]);
  const bare = Object.entries(WITHOUT_CLASS).map(([name, attributes]) => [
    name,
    { ending: false, children: childrenOf(name, dependencies), attributes: sorted(attributes) },
  ]);
  const { version, license } = JSON.parse(readFileSync(path.join(folder, "node_modules/mjml/package.json"), "utf8"));
  return {
    source: { package: "mjml", registry: "npm", version, licence: license, exported: today() },
    colors: unwrap(load("mjml-core/lib/types/helpers/colors.js")),
    components: sorted(Object.fromEntries([...described, ...bare])),
  };
}

function today() {
  return new Date().toISOString().slice(0, 10);
}

// One component a line, so that a new version of MJML reads well as a diff.
function print(schema) {
  const lines = Object.entries(schema.components).map(
    ([name, component]) => `    ${JSON.stringify(name)}: ${JSON.stringify(component)}`,
  );
  return [
    "{",
    `  "source": ${JSON.stringify(schema.source)},`,
    `  "colors": ${JSON.stringify(schema.colors.join(" "))},`,
    '  "components": {',
    lines.join(",\n"),
    "  }",
    "}",
    "",
  ].join("\n");
}

const folder = install(process.argv[2] ?? "5");
try {
  writeFileSync(TARGET, print(read(folder)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
