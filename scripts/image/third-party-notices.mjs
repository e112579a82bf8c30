/**
 * For the image: prints the name, version and license text of all software in it that is not part of Debian's base image.
 *
 *     node third-party-notices.mjs RUNTIME DEBIAN-PACKAGE... > THIRD-PARTY-NOTICES.txt
 *
 * RUNTIME is the folder that collect-libraries.mjs has filled; the packages are those of files copied in another way.
 * Run in the folder that has the pruned node_modules. A component without a license text is an error.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const [runtime, ...morePackages] = process.argv.slice(2);
const read = (path) => readFileSync(path, "utf8");
const apacheLicense = () => read("/usr/share/common-licenses/Apache-2.0");
const onnxruntimeLicense = () => read(new URL("onnxruntime-license.txt", import.meta.url));

/** npm packages that declare a license and contain no text of it. */
const missingTexts = {
  "@aws-sdk/credential-provider-http": apacheLicense,
  "@aws-sdk/credential-provider-login": apacheLicense,
  "@aws-sdk/nested-clients": apacheLicense,
  "onnxruntime-common": onnxruntimeLicense,
  "onnxruntime-node": onnxruntimeLicense,
};

function npmPackages() {
  return readdirSync("node_modules", { recursive: true })
    .filter((path) => /(^|node_modules\/)(@[^/]+\/)?[^/@]+\/package\.json$/.test(path))
    .map((path) => {
      const folder = join("node_modules", dirname(path));
      const { name, version, license } = JSON.parse(read(join(folder, "package.json")));
      const texts = readdirSync(folder)
        .filter((file) => /^(licen[sc]e|copying|notice)/i.test(file))
        .sort()
        .map((file) => read(join(folder, file)));
      if (texts.length === 0 && missingTexts[name]) texts.push(missingTexts[name]());
      return { name, version, license, text: texts.join("\n") };
    });
}

function debianPackages() {
  const names = [...readdirSync(join(runtime, "var/lib/dpkg/status.d")), ...morePackages];
  return names.map((name) => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own fields.
    const format = "${Version}\t${source:Package}\n";
    const shown = execFileSync("dpkg-query", ["--show", `--showformat=${format}`, name], {
      encoding: "utf8",
    });
    // The same package of several architectures has a line for each.
    const [version, source] = shown.split("\n")[0].split("\t");
    const path = `/usr/share/doc/${name}/copyright`;
    const text = existsSync(path) ? read(path) : "";
    const licenses = new Set(
      Array.from(text.matchAll(/^License:[ \t]*(\S.*)$/gm), ([, each]) => each.trim()),
    );
    const license = [...licenses].join(", ") || "see its text";
    return { name, version: `${version} (source package ${source || name})`, license, text };
  });
}

function others() {
  const cascade = "/usr/share/opencv4/haarcascades/haarcascade_frontalface_default.xml";
  return [
    {
      name: "Node.js",
      version: process.versions.node,
      license: "MIT, and those of its parts",
      text: read(join(dirname(dirname(process.execPath)), "LICENSE")),
    },
    {
      name: "Haar cascade for frontal faces",
      version: "of OpenCV, by Rainer Lienhart",
      license: "Intel License Agreement For Open Source Computer Vision Library",
      text: read(cascade).match(/<!--([\s\S]*?)-->/)[1],
    },
    {
      name: "YuNet face detection model",
      version: "by Shiqi Yu (absent if the image was built without network)",
      license: "Apache-2.0",
      text: apacheLicense(),
    },
  ];
}

const groups = {
  "Programs and models": others(),
  "npm packages, in /opt/facepipe/node_modules": npmPackages(),
  "Native libraries (OpenCV, FFmpeg and what they load) and programs, from Debian packages": debianPackages(),
};

const components = Object.values(groups).flat();
const bare = components.filter(({ version, license, text }) => !version || !license || !text.trim());
if (bare.length > 0) throw new Error(`no license text found for ${bare.map(({ name }) => name).join(", ")}`);

/** Names by text: many packages have the same. */
const texts = new Map();
for (const { name, text } of components) texts.set(text.trim(), [...(texts.get(text.trim()) ?? []), name]);

const rule = "=".repeat(80);
console.log(`Third-party software in the container image of facepipe

facepipe itself is licensed under the Apache License, Version 2.0: /opt/facepipe/LICENSE.
This file lists all other software in the image except Debian's base image, whose licenses are in
/usr/share/doc/*/copyright. The GNU licenses and others that the texts below refer to are in
/usr/share/common-licenses. The source code of each Debian package, by name and version of its source
package, is in Debian's snapshot archive.`);
for (const [title, members] of Object.entries(groups)) {
  console.log(`\n${title}:\n`);
  const entries = members.map(({ name, version, license }) => `  ${name} ${version}: ${license}`);
  console.log([...new Set(entries)].sort().join("\n"));
}
for (const [text, names] of texts)
  console.log(`\n${rule}\n${[...new Set(names)].sort().join("\n")}\n${rule}\n\n${text}`);
