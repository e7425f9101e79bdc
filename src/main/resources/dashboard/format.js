/** Formats numbers and times for people. */

const whole = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

export function count(number) {
  return whole.format(number);
}

export function percent(number) {
  return `${number.toFixed(1)} %`;
}

export function rate(number) {
  if (number === null || number === undefined) {
    return '';
  }
  return `${number < 100 ? short.format(number) : whole.format(Math.round(number))} items/s`;
}

export function bytes(number) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let value = number;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${short.format(value)} ${units[unit]}`;
}

/** Formats a duration, such as 0.4 s, 12 s, 3 min 5 s, 2 h 10 min or 4 d 3 h. */
export function duration(seconds) {
  const s = Math.max(0, seconds);
  if (s < 10) {
    return `${s.toFixed(1)} s`;
  }
  const t = Math.round(s);
  if (t < 60) {
    return `${t} s`;
  }
  if (t < 3600) {
    return pair(Math.floor(t / 60), 'min', t % 60, 's');
  }
  if (t < 86400) {
    return pair(Math.floor(t / 3600), 'h', Math.floor((t % 3600) / 60), 'min');
  }
  return pair(Math.floor(t / 86400), 'd', Math.floor((t % 86400) / 3600), 'h');
}

function pair(large, largeUnit, small, smallUnit) {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

export function eta(seconds) {
  return seconds === null || seconds === undefined ? '' : `${duration(seconds)} left`;
}

export function secondsSince(timestamp) {
  return Math.max(0, (Date.now() - Date.parse(timestamp)) / 1000);
}

export function age(timestamp) {
  const seconds = secondsSince(timestamp);
  return seconds < 10 ? 'just now' : `${duration(seconds)} ago`;
}

export function time(timestamp) {
  return new Date(timestamp).toLocaleTimeString('en-GB');
}

export function dateAndTime(timestamp) {
  const date = new Date(timestamp);
  return `${date.toLocaleDateString('en-CA')} ${date.toLocaleTimeString('en-GB')}`;
}

export function items(number) {
  return number === 1 ? '1 item' : `${count(number)} items`;
}

/** Formats a state: RUNNING becomes Running. */
export function word(state) {
  return state.charAt(0) + state.slice(1).toLowerCase().replaceAll('_', ' ');
}

/** The labels of a job, as they are written in a filter. */
export function labelsOf(job) {
  return Object.entries(job.labels).map(([key, value]) => `${key}:${value}`);
}

export function nameOf(job) {
  return job.name === null || job.name === '' ? job.id : job.name;
}
