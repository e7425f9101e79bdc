// Numbers and times as people read them.

const NUMBER = new Intl.NumberFormat('en-US');

export const number = value => value === null || value === undefined ? '–' : NUMBER.format(value);

export const percent = value => `${value.toFixed(1)} %`;

export function rate(value) {
  return value === null ? '–' : `${NUMBER.format(value < 10 ? Math.round(value * 10) / 10 : Math.round(value))}/s`;
}

/** Seconds as 0.4 s, 12 s, 3 min, 2 h 5 min, 4 d. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) {
    return '–';
  }
  if (seconds < 10) {
    return `${Math.max(0, seconds).toFixed(1)} s`;
  }
  if (seconds < 60) {
    return `${Math.round(seconds)} s`;
  }
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) {
    return `${minutes} min`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d`;
}

export const secondsSince = time => (Date.now() - Date.parse(time)) / 1000;

export const clock = time => time === null ? '–' : new Date(time).toLocaleString();

export const plural = (count, one, many) => `${number(count)} ${count === 1 ? one : many}`;
