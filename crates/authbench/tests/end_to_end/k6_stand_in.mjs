// Plays a script for k6 against a stand-in for the part of k6's API that it uses: k6 itself is in no registry that the tests
// can reach. Requests go over a real connection, by curl, since k6's are synchronous.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, credentials] = process.argv.slice(2);
const k6 = join(folder, 'node_modules', 'k6');
mkdirSync(k6, { recursive: true });
const modules = {
  http: 'export default { request: (...asked) => globalThis.request(...asked) };',
  data: 'export class SharedArray { constructor(name, fill) { return fill(); } }',
  metrics: 'export class Rate { constructor(name) { this.name = name; } add(value) { globalThis.rates.push([this.name, value]); } }',
};
const names = Object.keys(modules);
names.forEach((name) => writeFileSync(join(k6, `${name}.js`), modules[name]));
const entries = names.map((name) => [`./${name}`, `./${name}.js`]);
writeFileSync(join(k6, 'package.json'), JSON.stringify({ type: 'module', exports: Object.fromEntries(entries) }));

globalThis.__ENV = { CREDENTIALS: credentials };
globalThis.open = (path) => readFileSync(path, 'utf8');
globalThis.rates = [];
globalThis.request = (method, url, body, { headers, timeout, redirects }) => {
  if (body !== null || !/^\d+s$/.test(timeout) || redirects !== 0) throw new Error('not what k6 would be asked');
  const given = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const said = execFileSync('curl', ['-s', '-X', method, '-w', '\n%{http_code}', ...given, url], { encoding: 'utf8' });
  const end = said.lastIndexOf('\n');
  return { status: Number(said.slice(end + 1)), body: said.slice(0, end) };
};

const script = await import(pathToFileURL(join(folder, 'script.mjs')));
const wrong = [0, 0.99].map((drawn) => {
  Math.random = () => drawn;
  script.default();
  const [name, value] = globalThis.rates.at(-1);
  if (name !== 'wrong_answers') throw new Error(name);
  return value;
});
for (const threshold of Object.keys(script.options.thresholds)) {
  const scenario = /\{scenario:(.+)\}$/.exec(threshold)[1];
  if (!(scenario in script.options.scenarios)) throw new Error(`no scenario ${scenario}`);
}
console.log(JSON.stringify({ wrong, scenarios: script.options.scenarios }));
