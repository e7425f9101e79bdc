/** Demonstrates the guarantee: the same items with and without a crash, and identical results. */

import { call, jobPath, problemOf, request } from './api.js';
import { announce, el, heading, problemText, setText } from './dom.js';
import { count, items, percent, word } from './format.js';
import { setTag, stateTag } from './jobs.js';
import { sha256 } from './sha256.js';

const ITEMS = Array.from({ length: 40 }, (_, i) => `line ${i + 1}: ${['the quick brown fox', 'crash me', 'resume me', 'größer als vorher'][i % 4]}`);
const BATCH_SIZE = 5;
const CRASH_AFTER = 23;
const DELAY_MILLIS = 60;
const LOOK_MILLIS = 250;

export function showDemo(main) {
  let open = true;
  const steps = el('ol', { class: 'steps', 'data-testid': 'demo-steps' });
  const error = el('p', { class: 'error', role: 'alert', hidden: true });
  const startButton = el('button', { type: 'button', class: 'primary', 'data-testid': 'demo-start', onclick: run }, 'Start');
  const clean = el('code', { 'data-testid': 'demo-clean-sha' });
  const crashed = el('code', { 'data-testid': 'demo-crashed-sha' });
  const verdict = el('p', { class: 'verdict', 'data-testid': 'demo-verdict' });
  const comparison = el('section', { class: 'card', hidden: true, 'aria-label': 'Comparison' },
    el('h2', {}, 'SHA-256 of the results'),
    el('dl', { class: 'compare' },
      el('div', {}, el('dt', {}, 'without a crash'), el('dd', {}, clean)),
      el('div', {}, el('dt', {}, 'crashed and resumed'), el('dd', {}, crashed))),
    verdict);
  main.append(
    heading('Try a crash'),
    el('p', {}, `Processes ${items(ITEMS.length)} in batches of ${BATCH_SIZE} twice: once without a crash, and once with a crash at item ${CRASH_AFTER}`
      + ' at the worst moment: the results of a batch are on disk, its checkpoint is not. This takes a few seconds and leaves two jobs'
      + ' that you can inspect and delete.'),
    el('p', { class: 'buttons' }, startButton), error, steps, comparison);

  function step(title, text) {
    const explanation = el('p', {}, text);
    const item = el('li', {}, el('h2', {}, title), explanation);
    steps.append(item);
    announce(`${title}. ${text}`);
    return { item, say: more => setText(explanation, more) };
  }

  async function submit(name, faults) {
    return call('POST', '/v1/jobs', {
      name,
      input: { items: ITEMS },
      batchSize: BATCH_SIZE,
      commit: 'each',
      faults: { itemDelayMillis: DELAY_MILLIS, ...faults },
    });
  }

  /** Shows a job in a step until it reaches one of the states. */
  async function watch(item, id, until) {
    const bar = el('progress', { max: '100', 'aria-label': 'Progress of this step' });
    const number = el('span', { class: 'number' });
    const tag = stateTag();
    item.append(el('p', { class: 'how' }, bar, number, tag, el('a', { href: `#/jobs/${id}` }, 'Open the job')));
    for (;;) {
      const job = await call('GET', jobPath(id));
      bar.value = job.progress.percent;
      setText(number, percent(job.progress.percent));
      setTag(tag, job);
      if (until.includes(job.state)) {
        return job;
      }
      if (['COMPLETED', 'CRASHED', 'FAILED', 'CANCELLED', 'PAUSED'].includes(job.state)) {
        throw new Error(`The job is ${word(job.state)}, which this demonstration does not expect. Open the job to see why, then start again.`);
      }
      await new Promise(resolve => setTimeout(resolve, LOOK_MILLIS));
      if (!open) {
        throw new Error('left');
      }
    }
  }

  async function resultsOf(id) {
    const answer = await request(`${jobPath(id)}/results`);
    if (!answer.ok) {
      throw await problemOf(answer);
    }
    return new Uint8Array(await answer.arrayBuffer());
  }

  async function run() {
    startButton.disabled = true;
    steps.replaceChildren();
    comparison.hidden = true;
    error.hidden = true;
    for (const text of [clean, crashed, verdict]) {
      setText(text, '');
    }
    try {
      await act();
    } catch (e) {
      if (open) {
        setText(error, problemText(e));
        error.hidden = false;
      }
    } finally {
      startButton.disabled = false;
      setText(startButton, 'Start again');
    }
  }

  async function act() {
    const first = step('Without a crash', 'The job processes its items. After each batch, it forces the results to disk and replaces its checkpoint.');
    const cleanJob = await submit('demo: no crash', {});
    await watch(first.item, cleanJob.id, ['COMPLETED']);

    const second = step('With a crash', `The same job again. It will crash at item ${CRASH_AFTER}.`);
    const crashJob = await submit('demo: crash', { crashAfterItems: CRASH_AFTER, crashPoint: 'between-results-and-checkpoint' });
    const down = await watch(second.item, crashJob.id, ['CRASHED']);
    const kept = down.progress.processedItems;
    second.say(`The job crashed. ${items(kept)} are committed. The results of the next batch are also on disk, but no checkpoint counts them.`);

    const checkpoint = await call('GET', `${jobPath(crashJob.id)}/checkpoint`);
    const third = step('The files after the crash', `The checkpoint says: continue at item ${count(checkpoint.nextItem)};`
      + ` ${count(checkpoint.resultsBytes)} bytes of the results are committed. Anything after them will be discarded.`);
    third.item.append(el('pre', { tabindex: '0', 'aria-label': 'The checkpoint' }, JSON.stringify(checkpoint, null, 2)));

    const fourth = step('Resume', `The results are truncated to ${count(checkpoint.resultsBytes)} bytes, and the job continues at item ${count(checkpoint.nextItem)}.`);
    await call('POST', `${jobPath(crashJob.id)}/resume`);
    const done = await watch(fourth.item, crashJob.id, ['COMPLETED']);
    fourth.say(`The job is complete after ${done.runs.length} runs: ${done.runs.map(each => `items ${count(each.firstItem)} to ${count(each.nextItem - 1)}`).join(', then ')}.`);

    step('Compare', 'Downloading the results of both jobs and comparing them byte by byte.');
    const [one, other] = await Promise.all([resultsOf(cleanJob.id), resultsOf(crashJob.id)]);
    setText(clean, await sha256(one));
    setText(crashed, await sha256(other));
    const same = one.length === other.length && one.every((byte, i) => byte === other[i]);
    verdict.dataset.same = same;
    setText(verdict, same ? `identical: all ${count(one.length)} bytes are the same` : 'different: this is a bug; please report it');
    comparison.hidden = false;
    announce(verdict.textContent);
    comparison.scrollIntoView({ block: 'nearest' });
  }

  document.title = 'Try a crash – Checkpoint Recovery';
  return () => {
    open = false;
  };
}
