// Builds dist/widget.js from src/. With --check nothing is written: the run fails if the committed file is not what
// the sources build, or if it is larger than promised.
import { readFile, mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { minify } from "terser";

const MAX_GZIP_BYTES = 20_000;
// The syntax that browsers below the documented floor can still read: a file they could not read would be an error on
// their page. The functions a browser needs are asked for at run time (src/floor.ts).
const TARGET = "es2020";
// Names that never leave the bundle; short ones spare visitors half a kilobyte. What a page, the server or the tab's
// memory sees by its name must not stand here.
const INNER_NAMES = `
  activity addController announcement answered answers askPerson assistant canSend choose clearTrouble confirmText
  confirmTitle contact conversation deleteConversation field fieldError forget goOffline hasEntries hostConnected
  hostDisconnected isBusy isConfirming isDeleting isLeft isLimited isList isMenuOpen isReachable isSimple isSmall
  launcher launcherHint leave limited listener madeFor newTab notDeleted notHelpful notSavable notSaved onChange onEnd
  openSession paragraph privacy rated renewed requestUpdate resend restart retire retryAfterSeconds searching
  secondsInAll secondsLeft secondsOfStage sendComment sending stage starting subtitle switchLanguage thanks tooLong
  trouble unreachable unread until updateComplete updated wasDeleted wasHelpful`.trim().split(/\s+/);
const folder = fileURLToPath(new URL(".", import.meta.url));
const outfile = `${folder}dist/widget.js`;
const { version } = JSON.parse(await readFile(`${folder}package.json`, "utf8"));

/** A style sheet is a module whose default export is its minified text. */
const styleSheets = {
  name: "style-sheets",
  setup(builder) {
    builder.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, target: TARGET });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/** Line breaks and indentation of the sources' templates are not sent to visitors, and `#private` is older syntax. */
const sources = {
  name: "sources",
  setup(builder) {
    builder.onLoad({ filter: /src\/.*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8"))
        .replace(/\n\s+(?=<|\$\{|[?.@]?[\w-]+=)/g, "\n")
        .replace(/(?<=\bthis\.|^\s+(?:(?:readonly|async|get|set|static) )*)#(?=[a-z])/gim, "own_"),
      loader: "ts",
    }));
  },
};

const { outputFiles } = await build({
  absWorkingDir: folder,
  entryPoints: ["src/index.ts"],
  outfile,
  write: false,
  bundle: true,
  minify: true,
  format: "iife",
  target: TARGET,
  charset: "utf8",
  legalComments: "none",
  sourcemap: false,
  define: { VERSION: JSON.stringify(version) },
  // Ours that are private, ours of the list, and Lit's private ones.
  mangleProps: new RegExp(`^(own_.+|_\\$.+|${INNER_NAMES.join("|")})$`),
  plugins: [styleSheets, sources],
});
// A second pass: what esbuild bundled gets three per cent smaller.
const { code } = await minify(outputFiles[0].text, { ecma: 2020, compress: { passes: 3, unsafe_arrows: true, unsafe_methods: true, pure_getters: true }, format: { comments: false } });
const fresh = Buffer.from(`/* BoWE-Chat ${version} – enthält Lit (BSD-3-Clause, Copyright Google LLC) */\n${code}\n`);
const gzipBytes = gzipSync(fresh, { level: 9 }).length;

if (process.argv.includes("--check")) {
  const committed = await readFile(outfile).catch(() => Buffer.alloc(0));
  if (!committed.equals(fresh)) fail("dist/widget.js is not what the sources build: run `npm run build` and commit it");
} else {
  await mkdir(`${folder}dist`, { recursive: true });
  await writeFile(outfile, fresh);
}
console.log(`dist/widget.js: ${fresh.length} bytes, ${gzipBytes} bytes compressed (gzip)`);
if (gzipBytes > MAX_GZIP_BYTES) fail(`more than ${MAX_GZIP_BYTES} bytes compressed`);

function fail(reason) {
  console.error(`Error: ${reason}`);
  process.exit(1);
}
