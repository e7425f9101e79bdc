/** The rates of jobs in the last five minutes, from the events that this page has received. */

import { listen } from './events.js';
import { duration, rate } from './format.js';

const KEPT_MILLIS = 5 * 60 * 1000;
/** Progress advances in steps, with each commit. Averaging over this period keeps the rate from jumping. */
const WINDOW_MILLIS = 3000;
const GAP_MILLIS = 20000;
const WIDTH = 600;
const HEIGHT = 140;

const samples = new Map();

/** Starts to record progress events. */
export function recordThroughput() {
  listen((name, data) => {
    if (name === 'progress') {
      record(data.jobId, data.progress);
    } else if (name === 'state') {
      record(data.id, data.progress);
    } else if (name === 'deleted') {
      samples.delete(data.jobId);
    }
  });
}

function record(id, progress) {
  const now = Date.now();
  const kept = samples.get(id) ?? [];
  kept.push({ at: now, processed: progress.processedItems, running: progress.state === 'RUNNING' });
  while (kept[0].at < now - KEPT_MILLIS) {
    kept.shift();
  }
  samples.set(id, kept);
}

/** Returns points of time and rate; the rate is null while the job is idle or its progress is unknown. */
export function rates(kept) {
  const points = [];
  let from = 0;
  for (let i = 1; i < kept.length; i++) {
    const here = kept[i];
    const before = kept[i - 1];
    if (!before.running || here.at - before.at > GAP_MILLIS || here.processed < before.processed) {
      from = i;
      points.push({ at: here.at, rate: null });
      continue;
    }
    while (from < i - 1 && here.at - kept[from].at > WINDOW_MILLIS) {
      from += 1;
    }
    const millis = here.at - kept[from].at;
    if (millis >= 200) {
      points.push({ at: here.at, rate: ((here.processed - kept[from].processed) / millis) * 1000 });
    }
  }
  return points;
}

export class Chart {
  constructor(id) {
    this.id = id;
    this.figure = document.createElement('figure');
    this.figure.className = 'chart';
    this.svg = document.getElementById('chart').content.firstElementChild.cloneNode(true);
    this.caption = document.createElement('figcaption');
    this.figure.append(this.svg, this.caption);
    this.draw();
  }

  draw() {
    const points = rates(samples.get(this.id) ?? []);
    const known = points.filter(point => point.rate !== null);
    this.figure.hidden = known.length < 2;
    if (this.figure.hidden) {
      return;
    }
    const end = points[points.length - 1].at;
    const start = Math.min(points[0].at, end - 10000);
    const highest = Math.max(...known.map(point => point.rate), 0.001);
    const x = at => ((at - start) / (end - start)) * WIDTH;
    const y = value => HEIGHT - 1 - (value / highest) * (HEIGHT - 4);
    let line = '';
    let area = '';
    let last = null;
    for (const point of points) {
      if (point.rate === null) {
        area += last === null ? '' : `L${x(last.at).toFixed(1)} ${HEIGHT}Z`;
        last = null;
        continue;
      }
      const spot = `${x(point.at).toFixed(1)} ${y(point.rate).toFixed(1)}`;
      line += `${last === null ? 'M' : 'L'}${spot}`;
      area += last === null ? `M${x(point.at).toFixed(1)} ${HEIGHT}L${spot}` : `L${spot}`;
      last = point;
    }
    area += last === null ? '' : `L${x(last.at).toFixed(1)} ${HEIGHT}Z`;
    this.svg.querySelector('.line').setAttribute('d', line);
    this.svg.querySelector('.area').setAttribute('d', area);
    const text = `The last ${duration((end - points[0].at) / 1000)}: peak ${rate(highest)}`
      + `, now ${rate(known[known.length - 1].rate)}`;
    this.svg.setAttribute('aria-label', `Throughput. ${text}`);
    this.caption.textContent = text;
  }
}
