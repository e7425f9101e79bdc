// Crashes a job at the worst moment, resumes it, and compares its results with those of a run that never crashed.
import {get, post, send} from './api.js';
import {el, setAttribute} from './dom.js';
import {watch} from './events.js';
import {number, percent} from './format.js';

const LINES = 40;
const CRASH_AFTER = 25;
const SPEC = {
  input: {items: Array.from({length: LINES}, (_, i) => `record ${i} of the demo`)},
  batchSize: 5,
  commit: 'each',
};
const DELAY = 60;

export function demoPage(root) {
  let stopped = false;
  const unwatches = [];
  const start = el('button', {class: 'primary', 'data-testid': 'demo-start', text: 'Start', onclick: run});
  const steps = el('ol', {class: 'steps', 'data-testid': 'demo-steps', 'aria-live': 'polite'});
  const bar = el('progress', {max: 100, value: 0, 'aria-label': 'Progress of the job that crashes'});
  const problem = el('p', {class: 'problem', role: 'alert', hidden: true});
  const clean = el('code', {'data-testid': 'demo-clean-sha'});
  const crashed = el('code', {'data-testid': 'demo-crashed-sha'});
  const verdict = el('p', {class: 'verdict', role: 'status', 'data-testid': 'demo-verdict'});
  const outcome = el('dl', {class: 'shas', hidden: true},
    el('div', {}, el('dt', {text: 'never crashed'}), el('dd', {}, clean)),
    el('div', {}, el('dt', {text: 'crashed and resumed'}), el('dd', {}, crashed)));
  root.append(
    el('h1', {text: 'Try a crash'}),
    el('p', {text: `Two jobs work on the same ${LINES} lines. One is crashed at the worst moment: the results of a batch are on disk, `
      + 'the checkpoint that counts them is not. Then it is resumed. Are its results those of the other one, byte for byte?'}),
    start, bar, steps, problem, outcome, verdict);

  function step(text, ...links) {
    const node = el('li', {}, text, ...links);
    steps.append(node);
    return node;
  }

  async function run() {
    start.disabled = true;
    problem.hidden = true;
    outcome.hidden = true;
    verdict.textContent = '';
    steps.replaceChildren();
    bar.value = 0;
    try {
      const cleanJob = await post('/v1/jobs', {...SPEC, name: 'demo: never crashed', faults: {itemDelayMillis: DELAY / 4}});
      step('Submitted a job that will not crash: ', link(cleanJob.id));
      const job = await post('/v1/jobs', {...SPEC, name: 'demo: crashed and resumed',
        faults: {crashAfterItems: CRASH_AFTER, crashPoint: 'between-results-and-checkpoint', itemDelayMillis: DELAY}});
      step('Submitted one that will: ', link(job.id));
      unwatches.push(watch((name, data) => {
        if (name === 'progress' && data.jobId === job.id) {
          bar.value = data.progress.percent;
        }
      }));
      const fallen = await until(job.id, 'CRASHED');
      const onDisk = (await (await send('GET', `/v1/jobs/${job.id}/results`)).text()).split('\n').length - 1;
      step(`It crashed at ${percent(fallen.progress.percent)}. The checkpoint stands at item ${number(fallen.progress.processedItems)}; `
        + `clients see the ${number(onDisk)} results that it counts, though more are on disk.`);
      await post(`/v1/jobs/${job.id}/resume`);
      step(`Resumed. It cuts the results back to the checkpoint and goes on at item ${number(fallen.progress.processedItems)}.`);
      const done = await until(job.id, 'COMPLETED');
      bar.value = 100;
      step(`Completed in ${number(done.runs.length)} runs, with ${number(done.progress.succeededItems)} results.`);
      await until(cleanJob.id, 'COMPLETED');
      const [one, other] = await Promise.all([bytes(cleanJob.id), bytes(job.id)]);
      const same = one.length === other.length && one.every((byte, i) => byte === other[i]);
      clean.textContent = await sha256(one);
      crashed.textContent = await sha256(other);
      outcome.hidden = false;
      setAttribute(verdict, 'data-same', same);
      verdict.textContent = same ? `Identical: all ${number(one.length)} bytes. Nothing was lost, and nothing is there twice.` : 'They differ!';
    } catch (e) {
      if (!stopped) {
        problem.textContent = e.message;
        problem.hidden = false;
      }
    } finally {
      start.disabled = false;
      start.textContent = 'Once more';
    }
  }

  /** The job once it is in a state. Looks when something is told of it. */
  function until(id, state) {
    return new Promise((resolve, reject) => {
      const look = async () => {
        try {
          const job = await get(`/v1/jobs/${id}`);
          if (stopped) {
            done(reject, new Error('left'));
          } else if (job.state === state) {
            done(resolve, job);
          } else if (['FAILED', 'CANCELLED'].includes(job.state)) {
            done(reject, new Error(`The job is ${job.state}: ${job.stateReason?.message ?? ''}`));
          }
        } catch (e) {
          done(reject, e);
        }
      };
      const unwatch = watch((name, data) => {
        if (name === 'snapshot' || (name === 'state' && data.id === id)) {
          look();
        }
      });
      function done(settle, value) {
        unwatch();
        settle(value);
      }
      look();
    });
  }

  return () => {
    stopped = true;
    unwatches.forEach(unwatch => unwatch());
  };
}

const bytes = async id => new Uint8Array(await (await send('GET', `/v1/jobs/${id}/results`)).arrayBuffer());

/** Browsers compute it for pages from this machine or over TLS alone. */
async function sha256(data) {
  if (!crypto.subtle) {
    return `not computed here (no TLS); ${number(data.length)} bytes were compared`;
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
  return [...digest].map(byte => byte.toString(16).padStart(2, '0')).join('');
}

const link = id => el('a', {href: `#/jobs/${id}`, text: id});
