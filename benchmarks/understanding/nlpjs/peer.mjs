// nlp.js as a peer: reads {"examples": [{text, label}]} once, then one question a line; answers one JSON line each.
// First line out: {"training_seconds"}; then {"ranking": [[label, score], …], "milliseconds", "cpu_milliseconds"} a question;
// an empty line in ends it with {"peak_memory_mb"}.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { dockStart } from '@nlpjs/basic';
import { LangDe } from '@nlpjs/lang-de';

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const peakMemory = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;

const dock = await dockStart({
  settings: {
    nlp: { languages: ['de'], forceNER: false, autoSave: false, autoLoad: false, threshold: 0, nlu: { log: false } },
  },
  use: ['Basic'],
});
dock.getContainer().use(LangDe);
const nlp = dock.get('nlp');
nlp.addLanguage('de');

const { examples } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const { text, label } of examples) nlp.addDocument('de', text, label);
const started = performance.now();
await nlp.train();
say({ training_seconds: (performance.now() - started) / 1000 });

for await (const line of createInterface({ input: process.stdin })) {
  if (!line) break;
  const [before, beforeCpu] = [performance.now(), process.cpuUsage()];
  const { classifications } = await nlp.process('de', JSON.parse(line));
  const milliseconds = performance.now() - before;
  const { user, system } = process.cpuUsage(beforeCpu);
  say({ ranking: classifications.map(({ intent, score }) => [intent, score]), milliseconds, cpu_milliseconds: (user + system) / 1000 });
}
say({ peak_memory_mb: peakMemory() });
process.exit(0);
