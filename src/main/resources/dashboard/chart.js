// How many items a second, over the last minutes.
import {el, svg} from './dom.js';
import {duration, rate} from './format.js';

const WIDTH = 600;
const HEIGHT = 120;
const SPAN_MILLIS = 5 * 60_000;
const LEAST_STEP_MILLIS = 900;

export class Chart {
  constructor() {
    this.samples = [];
    this.line = svg('polyline', {class: 'line', points: ''});
    this.label = el('figcaption', {text: 'Items a second: not known yet'});
    this.node = el('figure', {class: 'chart'}, this.label,
      svg('svg', {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true'}, this.line));
  }

  /** What is committed at a time in milliseconds. */
  add(time, items) {
    const last = this.samples.at(-1);
    if (last && (items < last.items || time - last.time < LEAST_STEP_MILLIS)) {
      if (items < last.items) {
        this.samples = [];
      }
      return;
    }
    this.samples.push({time, items});
    this.samples = this.samples.filter(sample => time - sample.time <= SPAN_MILLIS);
    this.draw();
  }

  draw() {
    const points = [];
    for (let i = 1; i < this.samples.length; i++) {
      const from = this.samples[i - 1];
      const to = this.samples[i];
      points.push({time: to.time, rate: (to.items - from.items) * 1000 / (to.time - from.time)});
    }
    if (points.length < 2) {
      return;
    }
    const most = Math.max(...points.map(point => point.rate), 1);
    const begin = points[0].time;
    const span = points.at(-1).time - begin;
    this.line.setAttribute('points', points
      .map(point => `${((point.time - begin) / span * WIDTH).toFixed(1)},${(HEIGHT - 4 - point.rate / most * (HEIGHT - 8)).toFixed(1)}`)
      .join(' '));
    this.label.textContent = `Items a second: now ${rate(points.at(-1).rate)}, at most ${rate(most)} in the last `
      + duration(Math.max(10, span / 1000));
  }
}
