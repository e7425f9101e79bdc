/** Builds elements. Text only ever becomes text: nothing here, or anywhere in these modules, parses markup. */

export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (name === 'value' || name === 'checked') {
      element[name] = value;
    } else {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

/** Changes the text only if it is another one, so that a selection is not lost for nothing. */
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

let announced = '';

/** Tells those who hear the page. */
export function announce(text) {
  const announcer = document.getElementById('announcer');
  // The same words twice are heard twice only if something changes.
  announced = announced === text ? text + '\u00a0' : text;
  announcer.textContent = announced;
}

let ids = 0;

export function newId(prefix) {
  ids += 1;
  return `${prefix}-${ids}`;
}

/** A heading that takes the focus when its page is opened. */
export function heading(...children) {
  return el('h1', { tabindex: '-1' }, ...children);
}

/** What went wrong, for a person. */
export function problemText(problem) {
  return problem.detail || problem.message || String(problem);
}
